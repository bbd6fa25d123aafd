// Comfort on pages that work without it.

const problems = document.getElementById("problems");
if (problems) problems.focus();
