// Comfort on pages that work without it. One part per kind of element; each looks for its own and leaves the rest alone.

const page = document.documentElement;
const root = page.lang === "en" ? "" : "/" + page.lang;
const words = JSON.parse(document.body.dataset.words || "{}");
const say = (key, values = {}) => (words[key] || key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
        else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
};
const live = make("p", { class: "hidden", "aria-live": "polite" });
document.body.append(live);
const ask = async (address) => {
    const answer = await fetch(address, { signal: AbortSignal.timeout(10_000), headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
};

// What was wrong with a form is read first.
document.getElementById("problems")?.focus();

// A second press while the first is under way does nothing; the key in the form would make it harmless too.
for (const form of document.querySelectorAll("form[data-once]")) {
    form.addEventListener("submit", (event) => {
        if (form.dataset.sent) return event.preventDefault();
        form.dataset.sent = "yes";
        for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
    });
    addEventListener("pageshow", () => {
        delete form.dataset.sent;
        for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
    });
}

// A price is for what was asked: once a field says something else, the button asks for the price of that.
for (const form of document.querySelectorAll("form[data-priced]")) {
    const buttons = [form.querySelector("[data-order]"), ...document.querySelectorAll(".bottom-bar .button")];
    const own = buttons.map((button) => button.textContent);
    const show = () => {
        const differs = [...form.elements].some((field) => field.type !== "hidden" && field.value !== (field.defaultValue ?? field.value));
        buttons.forEach((button, place) => { button.textContent = differs ? say("checkPrice") : own[place]; });
    };
    for (const kind of ["input", "change"]) form.addEventListener(kind, show);
    addEventListener("pageshow", show);
}

// A field that keeps a form from being sent is seen.
document.addEventListener("invalid", (event) => {
    for (let closed; (closed = event.target.closest("details:not([open])"));) closed.open = true;
}, true);

// One more, one less.
for (const input of document.querySelectorAll("input[data-stepper]")) {
    const frame = make("div", { class: "stepper" });
    input.replaceWith(frame);
    for (const bound of ["min", "max"]) if (input.dataset[bound]) input[bound] = input.dataset[bound];
    input.removeAttribute("step");
    const button = (sign, by, name) => make("button", {
        type: "button", class: "quiet", "aria-label": say(name, { what: document.querySelector(`label[for="${input.id}"]`)?.textContent ?? "" }),
        on: { click: () => { by > 0 ? input.stepUp() : input.stepDown(); show(); input.dispatchEvent(new Event("change", { bubbles: true })); } },
    }, sign);
    const less = button("−", -1, "less");
    const more = button("+", 1, "more");
    // Some numbers have a bound together, as adults and children have who share a place.
    const together = () => [...input.form?.querySelectorAll("[data-together]") ?? []].reduce((sum, one) => sum + Number(one.value), 0);
    const show = () => {
        less.disabled = Number(input.value) <= Number(input.min);
        more.disabled = Number(input.value) >= Number(input.max || Infinity) || together() >= Number(input.dataset.together || Infinity);
    };
    frame.append(less, input, more);
    (input.form ?? input).addEventListener("input", show);
    (input.form ?? input).addEventListener("change", show);
    show();
}

// Who else comes is said where their fields are folded away; where those lie over the page, they go when one turns elsewhere.
for (const others of document.querySelectorAll("details.others")) {
    const summary = others.querySelector("summary");
    const labelOf = (input) => document.querySelector(`label[for="${input.id}"]`)?.textContent ?? "";
    others.addEventListener("change", () => {
        const coming = [...others.querySelectorAll("input[type=number]")].filter((input) => Number(input.value) > 0);
        summary.textContent = coming.map((input) => `${labelOf(input)}: ${input.value}`).join(" · ") || others.dataset.none;
    });
    const fields = summary.nextElementSibling;
    const close = () => { if (others.open && getComputedStyle(fields).position === "absolute" && !others.querySelector("[aria-invalid]")) others.open = false; };
    for (const kind of ["pointerdown", "focusin"]) document.addEventListener(kind, (event) => { if (!others.contains(event.target)) close(); });
    others.addEventListener("keydown", (event) => { if (event.key === "Escape") { close(); if (!others.open) summary.focus(); } });
}

// Places while one types.
for (const input of document.querySelectorAll("input[data-suggest]")) {
    const list = make("ul", { role: "listbox", id: input.id + "-places", hidden: true, "aria-label": say("places") });
    const frame = make("div", { class: "suggest" });
    input.replaceWith(frame);
    frame.append(input, list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) input.setAttribute(name, value);
    let timer, asked = 0, chosen = -1;
    const close = () => { list.hidden = true; chosen = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const mark = (index) => {
        chosen = index;
        [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
        if (index >= 0) input.setAttribute("aria-activedescendant", list.children[index].id);
        else input.removeAttribute("aria-activedescendant");
    };
    const take = (item) => { input.value = item.dataset.name; close(); input.focus(); };
    const look = async () => {
        const text = input.value.trim();
        const number = ++asked;
        if (text.length < 2) return close();
        try {
            const { items } = await ask(`${root}/search/places?q=${encodeURIComponent(text)}`);
            if (number !== asked || document.activeElement !== input) return;
            list.replaceChildren(...items.map((item, index) => make("li", {
                role: "option", id: `${list.id}-${index}`, "aria-selected": "false", "data-name": item.name,
                on: { pointerdown: (event) => { event.preventDefault(); take(event.currentTarget); } },
            }, make("bdi", {}, item.title), make("small", {}, item.about))));
            list.hidden = items.length === 0;
            input.setAttribute("aria-expanded", String(items.length > 0));
            chosen = -1;
            live.textContent = say("found", { count: items.length });
        } catch { close(); }
    };
    input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 150); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
        if (list.hidden) return;
        const last = list.children.length - 1;
        if (event.key === "ArrowDown") mark(chosen >= last ? 0 : chosen + 1);
        else if (event.key === "ArrowUp") mark(chosen <= 0 ? last : chosen - 1);
        else if (event.key === "Escape") close();
        else if (event.key === "Enter" && chosen >= 0) take(list.children[chosen]);
        else return;
        event.preventDefault();
    });
}

// Days as ISO text, counted without a time zone.
const dayOf = (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? new Date(text + "T00:00:00Z") : null);
const iso = (day) => day.toISOString().slice(0, 10);
const plus = (day, count) => new Date(day.getTime() + count * 86_400_000);
const monthOf = (day, add = 0) => new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + add, 1));
const format = (options) => new Intl.DateTimeFormat(page.lang + "-u-nu-latn", { timeZone: "UTC", ...options });
const longDay = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const monthName = format({ month: "long", year: "numeric" });

// A calendar for the two date fields: it only fills them in, typing stays possible.
for (const fieldset of document.querySelectorAll("fieldset[data-dates]")) {
    const [from, to] = fieldset.querySelectorAll("input[type=date]");
    const opener = make("button", { type: "button", class: "quiet choose-dates", "aria-haspopup": "dialog" });
    const name = () => {
        const [a, b] = [dayOf(from.value), dayOf(to.value)];
        opener.textContent = a && b && a < b ? say("changeDates", { days: format({ day: "numeric", month: "short" }).formatRange(a, b) }) : say("chooseDates");
    };
    name();
    for (const input of [from, to]) input.addEventListener("change", name);
    fieldset.append(opener);
    let dialog, grid, status, start, end, focus, shown, nights = new Map();

    // Days that can't be chosen; they stay in reach of the keyboard, so that the reason can be read.
    const closed = new Set(["past", "taken", "short", "beyond"]);
    const free = (day) => nights.size === 0 || nights.get(iso(day))?.available === true;
    const price = (day) => {
        const money = nights.get(iso(day))?.price;
        if (!money) return "";
        const style = new Intl.NumberFormat(page.lang + "-u-nu-latn", { style: "currency", currency: money.currency });
        return style.format(money.amount / 10 ** style.resolvedOptions().maximumFractionDigits);
    };
    const state = (day) => {
        if (iso(day) < from.min) return "past";
        if (iso(day) > from.max) return "beyond";
        if (start && !end && day > start) {
            for (let night = start; night < day; night = plus(night, 1)) if (!free(night)) return "taken";
            const least = nights.get(iso(start))?.minimumNights ?? 1;
            return (day - start) / 86_400_000 < least ? "short" : "leave";
        }
        return free(day) ? "free" : "taken";
    };
    const load = async (month) => {
        if (!fieldset.dataset.property) return;
        const [first, last] = [iso(month < dayOf(from.min) ? dayOf(from.min) : month), iso(monthOf(month, 3))];
        try {
            const { items } = await ask(`/api/v1/properties/${fieldset.dataset.property}/calendar?from=${first}&to=${last}`);
            for (const item of items) nights.set(item.date, item);
            draw();
        } catch { /* without it every day can be chosen, and the server says what is not free */ }
    };
    // What was chosen: the nights, the days and, once the server has said it, the total.
    const tell = async () => {
        const [first, last] = [start, end];
        const days = format({ day: "numeric", month: "long" }).formatRange(first, last);
        const nightsText = say("nights", { count: (last - first) / 86_400_000 });
        status.textContent = `${nightsText}, ${days}`;
        if (!fieldset.dataset.property) return;
        const fields = fieldset.form?.elements;
        const who = new URLSearchParams({ adults: fields?.guests?.value || 1 });
        for (const name of ["children", "infants", "pets"]) who.set(name, fields?.[name]?.value || 0);
        const ages = fields?.childAges?.value.split(/[\s,\u060c]+/).filter(Boolean).join();
        if (ages) who.set("childAges", ages);
        try {
            const quote = await ask(`/api/v1/properties/${fieldset.dataset.property}/quote?checkIn=${iso(first)}&checkOut=${iso(last)}&${who}`);
            if (first !== start || last !== end || !quote.available) return;
            const style = new Intl.NumberFormat(page.lang + "-u-nu-latn", { style: "currency", currency: quote.total.currency });
            status.textContent += `, ${style.format(quote.total.amount / 10 ** style.resolvedOptions().maximumFractionDigits)}`;
        } catch { /* the page says the total once it is asked for */ }
    };
    const choose = (day) => {
        const kind = state(day);
        if (closed.has(kind)) { status.textContent = say(kind); return; }
        if (!start || end || day <= start) { start = day; end = null; status.textContent = say("thenLeave"); }
        else { end = day; tell(); }
        focus = day;
        draw(true);
    };
    const cell = (day) => {
        const kind = state(day);
        const isEnd = +day === +start || +day === +end;
        const word = +day === +start ? "arrive" : +day === +end ? "depart" : kind;
        return make("td", {
            role: "gridcell", class: "grid-cell", "aria-selected": String(isEnd),
        }, make("span", {
            class: "grid-day" + (start && end && day > start && day < end ? " in" : ""), role: "button", "data-day": iso(day),
            tabindex: +day === +focus ? "0" : "-1", "aria-disabled": closed.has(kind) ? "true" : null,
            "aria-selected": null, "aria-pressed": String(isEnd), "aria-label": [longDay.format(day), say(word), kind === "free" ? price(day) : ""].filter(Boolean).join(", "),
            on: { click: () => choose(day) },
        }, String(day.getUTCDate())));
    };
    const month = (first) => {
        const firstDay = Number(words.firstDay ?? 0);
        const names = [...Array(7).keys()].map((index) => plus(new Date(Date.UTC(2023, 0, 1)), (index + firstDay) % 7));
        const rows = [];
        let day = plus(first, -((first.getUTCDay() - firstDay + 7) % 7));
        while (day < monthOf(first, 1)) {
            rows.push(make("tr", {}, ...[...Array(7).keys()].map((index) => {
                const here = plus(day, index);
                return here < first || here >= monthOf(first, 1) ? make("td") : cell(here);
            })));
            day = plus(day, 7);
        }
        return make("table", { class: "month", role: "grid", "aria-label": monthName.format(first) },
            make("caption", {}, monthName.format(first)),
            make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col", abbr: format({ weekday: "long" }).format(name) }, format({ weekday: "short" }).format(name))))),
            make("tbody", {}, ...rows));
    };
    const draw = (moves = grid.contains(document.activeElement)) => {
        grid.replaceChildren(month(shown), month(monthOf(shown, 1)));
        if (moves) grid.querySelector(`[data-day="${iso(focus)}"]`)?.focus();
    };
    const goTo = (day) => {
        if (iso(day) < from.min) day = dayOf(from.min);
        if (iso(day) > from.max) day = dayOf(from.max);
        focus = day;
        const wide = matchMedia("(min-width: 768px)").matches ? 1 : 0;
        if (monthOf(day) < shown || monthOf(day) > monthOf(shown, wide)) { shown = monthOf(day); load(shown); }
        draw(true);
    };
    const turn = (by) => { shown = monthOf(shown, by); if (shown < monthOf(dayOf(from.min))) shown = monthOf(dayOf(from.min)); focus = shown < dayOf(from.min) ? dayOf(from.min) : shown; load(shown); draw(); };
    const keys = (event) => {
        const way = page.dir === "rtl" ? -1 : 1;
        const week = (focus.getUTCDay() - Number(words.firstDay ?? 0) + 7) % 7;
        const sameDay = (months) => { const first = monthOf(focus, months); const last = plus(monthOf(first, 1), -1).getUTCDate(); return plus(first, Math.min(focus.getUTCDate(), last) - 1); };
        const moves = {
            ArrowLeft: () => plus(focus, -way), ArrowRight: () => plus(focus, way), ArrowUp: () => plus(focus, -7), ArrowDown: () => plus(focus, 7),
            Home: () => plus(focus, -week), End: () => plus(focus, 6 - week),
            PageUp: () => sameDay(event.shiftKey ? -12 : -1), PageDown: () => sameDay(event.shiftKey ? 12 : 1),
        };
        if (moves[event.key]) goTo(moves[event.key]());
        else if (event.key === "Enter" || event.key === " ") choose(focus);
        else return;
        event.preventDefault();
    };
    const take = (first, last) => {
        from.value = first ? iso(first) : "";
        to.value = last ? iso(last) : "";
        from.dispatchEvent(new Event("change", { bubbles: true }));
        dialog.close();
    };
    const build = () => {
        grid = make("div", { class: "months", on: { keydown: keys } });
        status = make("p", { role: "status" });
        const title = make("h2", { id: "dates-" + from.id }, say("chooseDates"));
        const button = (text, run, kind = "quiet") => make("button", { type: "button", class: kind, on: { click: run } }, text);
        dialog = make("dialog", { "aria-labelledby": title.id },
            make("div", { class: "dialog-head" }, title, button(say("close"), () => dialog.close())),
            make("p", { class: "ways" }, button(say("earlier"), () => turn(-1)), button(say("later"), () => turn(1))),
            grid, status,
            make("p", { class: "ways" }, button(say("done"), () => {
                take(start, end);
            }, "main"), button(say("clear"), () => { start = end = null; status.textContent = ""; draw(); }),
            button(say("anyDates"), () => take(null, null))));
        dialog.addEventListener("close", () => opener.focus());
        document.body.append(dialog);
    };
    opener.addEventListener("click", () => {
        if (!dialog) build();
        [start, end] = [dayOf(from.value), dayOf(to.value)];
        const today = dayOf(new Date().toISOString().slice(0, 10));
        focus = start ?? (iso(today) < from.min ? dayOf(from.min) : today);
        shown = monthOf(focus);
        status.textContent = "";
        load(shown);
        draw();
        dialog.showModal();
        draw(true);
    });
}

// Pictures, large and one by one; without it the link leads to all of them.
for (const opener of document.querySelectorAll("a[data-viewer]")) {
    let dialog, figures = [], at = 0, count;
    const show = (index) => {
        at = (index + figures.length) % figures.length;
        figures.forEach((figure, place) => { figure.hidden = place !== at; });
        count.textContent = figures.length > 1 ? `${at + 1} / ${figures.length}` : "";
    };
    const build = async () => {
        const answer = await fetch(opener.href, { signal: AbortSignal.timeout(10_000) });
        const there = new DOMParser().parseFromString(await answer.text(), "text/html");
        figures = [...there.querySelectorAll(".photo")].map((figure) => document.importNode(figure, true));
        if (!answer.ok || !figures.length) throw new Error("no pictures");
        const button = (text, run, kind = "quiet") => make("button", { type: "button", class: kind, on: { click: run } }, text);
        const title = make("h2", { id: "viewer" }, document.querySelector("h1").textContent);
        count = make("p", { role: "status", class: "muted" });
        const ways = make("p", { class: "ways" });
        if (figures.length > 1) ways.append(button(say("lastPhoto"), () => show(at - 1)), button(say("nextPhoto"), () => show(at + 1)));
        dialog = make("dialog", { class: "viewer", "aria-labelledby": title.id, on: { keydown: (event) => {
            const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key] * (page.dir === "rtl" ? -1 : 1);
            if (by && figures.length > 1) show(at + by);
        } } }, make("div", { class: "dialog-head" }, title, button(say("close"), () => dialog.close())), ...figures, ways, count);
        dialog.addEventListener("close", () => opener.focus());
        document.body.append(dialog);
    };
    opener.addEventListener("click", async (event) => {
        event.preventDefault();
        try {
            if (!dialog) await build();
            show(0);
            dialog.showModal();
        } catch { location.assign(opener.href); }
    });
}

// Leaving may not come before arriving.
for (const from of document.querySelectorAll("input[name=checkIn]")) {
    const to = from.form?.elements.checkOut;
    if (to) from.addEventListener("change", () => { if (dayOf(from.value)) to.min = iso(plus(dayOf(from.value), 1)); });
}

// The map: dragging is what the links do, and a card and its pin know each other.
for (const map of document.querySelectorAll("[data-map]")) {
    const svg = map.querySelector("svg");
    const [west, south, east, north] = map.dataset.bbox.split(",").map(Number);
    let begun = null, moved = false;
    svg.addEventListener("pointerdown", (event) => { begun = [event.clientX, event.clientY]; moved = false; });
    svg.addEventListener("pointermove", (event) => {
        if (!begun) return;
        const [x, y] = [event.clientX - begun[0], event.clientY - begun[1]];
        if (!moved && Math.hypot(x, y) < 8) return;
        if (!moved) svg.setPointerCapture(event.pointerId);
        moved = true;
        const scale = 640 / svg.clientWidth;
        svg.setAttribute("viewBox", `${-x * scale} ${-y * scale} 640 640`);
    });
    svg.addEventListener("pointerup", (event) => {
        if (begun && moved) {
            const [x, y] = [(event.clientX - begun[0]) / svg.clientWidth, (event.clientY - begun[1]) / svg.clientHeight];
            const [across, up] = [-x * (east - west), y * (north - south)];
            const address = new URL(map.querySelector("[data-move]").href);
            address.searchParams.set("bbox", [west + across, south + up, east + across, north + up].map((value) => value.toFixed(5)).join(","));
            location.assign(address);
        }
        begun = null;
    });
    svg.addEventListener("pointercancel", () => { begun = null; svg.setAttribute("viewBox", "0 0 640 640"); });
    svg.addEventListener("click", (event) => { if (moved) event.preventDefault(); }, true);
    svg.addEventListener("dragstart", (event) => event.preventDefault());
    for (const card of document.querySelectorAll(".card.place[data-id]")) {
        const pin = map.querySelector(`[data-for="${card.dataset.id}"]`);
        for (const [on, off] of [["pointerenter", "pointerleave"], ["focusin", "focusout"]]) {
            card.addEventListener(on, () => pin?.classList.add("on"));
            card.addEventListener(off, () => pin?.classList.remove("on"));
        }
    }
}

// A hold says politely that it ends soon, and that it is over: the page asked for again says what can be done then.
for (const notice of document.querySelectorAll("[data-ends]")) {
    const after = (left, run) => { if (left > 0 && left < 2 ** 31) setTimeout(run, left); };
    const left = Date.parse(notice.dataset.ends) - Date.now();
    after(left - 120_000, () => { notice.classList.add("warn"); live.textContent = say("holdEnds"); });
    after(left, () => {
        notice.classList.add("warn");
        notice.replaceChildren(make("p", {}, say("holdOver")), make("p", { class: "ways" }, make("a", { class: "button", href: location.pathname }, say("holdOverLink"))));
        live.textContent = say("holdOver");
    });
}

// A payment that is waited for.
for (const notice of document.querySelectorAll("[data-poll]")) {
    let pause = 2000;
    const look = async () => {
        try {
            const booking = await ask(`/api/v1/bookings/${notice.dataset.poll}`);
            if (booking.status !== "held") return location.reload();
        } catch { /* the link below asks again */ }
        pause = Math.min(pause * 1.5, 30_000);
        setTimeout(look, pause);
    };
    setTimeout(look, pause);
}

// A host's month: a range of nights chosen by clicks or by arrows with Shift fills in the form beside it.
for (const table of document.querySelectorAll("table[data-nights]")) {
    const cells = [...table.querySelectorAll("td[data-day]")];
    const [from, to] = ["from", "to"].map((id) => document.getElementById(id));
    if (!from || !to || cells.length === 0) continue;
    const help = make("p", { class: "small muted" }, say("nightsHelp"));
    table.before(help);
    table.setAttribute("role", "grid");
    table.setAttribute("aria-multiselectable", "true");
    let anchor = null, at = cells.findIndex((cell) => cell.dataset.day === from.value);
    if (at < 0) at = cells.findIndex((cell) => !cell.classList.contains("past"));
    if (at < 0) at = 0;
    // Where a night leads to its booking, the link has the focus of its cell: two targets would lie on one another.
    const target = (cell) => cell.querySelector("a") ?? cell;
    const show = () => {
        const [first, last] = [from.value, to.value || from.value];
        for (const [place, cell] of cells.entries()) {
            target(cell).tabIndex = place === at ? 0 : -1;
            cell.setAttribute("aria-selected", String(first !== "" && cell.dataset.day >= first && cell.dataset.day <= last));
        }
    };
    const choose = (place, extends_) => {
        if (!extends_ || anchor === null) anchor = place;
        const [first, last] = [cells[Math.min(anchor, place)].dataset.day, cells[Math.max(anchor, place)].dataset.day];
        from.value = first;
        to.value = last;
        at = place;
        show();
        live.textContent = say("nightsChosen", { count: (dayOf(last) - dayOf(first)) / 86_400_000 + 1, days: format({ day: "numeric", month: "short" }).formatRange(dayOf(first), dayOf(last)) });
    };
    for (const [place, cell] of cells.entries()) {
        cell.setAttribute("role", "gridcell");
        cell.addEventListener("click", (event) => {
            if (event.target.closest("a")) return;
            // The second click ends the range that the first began.
            const isEnd = event.shiftKey || (anchor !== null && from.value === to.value && place > anchor);
            choose(place, isEnd);
            cell.focus();
        });
    }
    table.addEventListener("keydown", (event) => {
        const here = cells.indexOf(event.target.closest("td[data-day]"));
        if (here < 0) return;
        at = here;
        const way = page.dir === "rtl" ? -1 : 1;
        const by = { ArrowLeft: -way, ArrowRight: way, ArrowUp: -7, ArrowDown: 7, Home: -at, End: cells.length - 1 - at }[event.key];
        if (by !== undefined) {
            const place = Math.min(Math.max(at + by, 0), cells.length - 1);
            if (event.shiftKey) { if (anchor === null) anchor = at; choose(place, true); }
            else { at = place; show(); }
            target(cells[at]).focus();
        } else if (event.key === " ") choose(at, event.shiftKey);
        else return;
        event.preventDefault();
    });
    for (const input of [from, to]) input.addEventListener("change", show);
    show();
}
