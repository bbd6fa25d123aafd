// Shows the OpenAPI document of this server. Text is only ever put in as text.
"use strict";

const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
};

let api;

const resolve = (thing) => {
    while (thing && thing.$ref) thing = thing.$ref.slice(2).split("/").reduce((at, key) => at[key.replaceAll("~1", "/")], api);
    return thing;
};

const nameOf = (schema) => schema.$ref ? schema.$ref.split("/").pop() : null;

const typeOf = (schema) => {
    const name = nameOf(schema);
    if (name) return name;
    if (schema.oneOf || schema.anyOf) return (schema.oneOf || schema.anyOf).map(typeOf).join(" or ");
    if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    const type = [].concat(schema.type || "anything").join(" or ");
    return schema.items ? `list of ${typeOf(schema.items)}` : schema.format ? `${type} (${schema.format})` : type;
};

const boundsOf = (schema) => {
    const limits = [];
    if (schema.minimum !== undefined || schema.maximum !== undefined) limits.push(`${schema.minimum ?? "…"} to ${schema.maximum ?? "…"}`);
    if (schema.minLength !== undefined || schema.maxLength !== undefined) limits.push(`${schema.minLength ?? 0} to ${schema.maxLength ?? "…"} characters`);
    if (schema.minItems !== undefined || schema.maxItems !== undefined) limits.push(`${schema.minItems ?? 0} to ${schema.maxItems ?? "…"} items`);
    if (schema.default !== undefined) limits.push(`default ${JSON.stringify(schema.default)}`);
    return limits.join(", ");
};

const row = (name, required, schema, description) => make("tr", {},
    make("td", {}, make("span", { class: "name" }, name), required ? " (required)" : ""),
    make("td", {}, typeOf(schema), " ", make("span", { class: "bounds" }, boundsOf(schema))),
    make("td", {}, description || schema.description || ""));

const members = (schema) => {
    const whole = resolve(schema);
    const rows = Object.entries(whole.properties || {}).map(([name, member]) =>
        row(name, (whole.required || []).includes(name), member, member.description));
    return make("table", {}, make("tbody", {}, ...rows));
};

const route = (path, method, operation, shared) => {
    const inside = make("div");
    const parameters = [...(shared || []), ...(operation.parameters || [])].map(resolve);
    if (operation.description) inside.append(make("p", {}, operation.description));
    if (parameters.length) {
        inside.append(make("h3", {}, "Parameters"), make("table", {}, make("tbody", {}, ...parameters.map((parameter) =>
            row(parameter.name, parameter.required, parameter.schema, parameter.description)))));
    }
    const body = resolve(operation.requestBody);
    if (body) {
        for (const [type, content] of Object.entries(body.content)) {
            inside.append(make("h3", {}, `Body, ${type}${body.required ? "" : " (may be left out)"}`), members(content.schema));
        }
    }
    inside.append(make("h3", {}, "Answers"));
    const answers = Object.entries(operation.responses).map(([status, answer]) => {
        const whole = resolve(answer);
        const content = Object.values(whole.content || {})[0];
        return make("tr", {}, make("td", {}, status), make("td", {}, content ? typeOf(content.schema) : ""), make("td", {}, whole.description));
    });
    inside.append(make("table", {}, make("tbody", {}, ...answers)));
    return make("details", { class: "route", id: operation.operationId },
        make("summary", {}, make("span", { class: "method" }, method.toUpperCase()), make("code", {}, path),
            make("p", { class: "about" }, operation.summary || "")), inside);
};

const show = (target) => {
    for (const tag of api.tags) {
        target.append(make("h2", {}, tag.name), make("p", {}, tag.description || ""));
        for (const [path, item] of Object.entries(api.paths)) {
            for (const method of ["get", "post", "put", "patch", "delete"]) {
                if (item[method] && item[method].tags[0] === tag.name) target.append(route(path, method, item[method], item.parameters));
            }
        }
    }
    target.append(make("h2", {}, "Shapes"));
    for (const [name, schema] of Object.entries(api.components.schemas)) {
        const shape = make("details", { class: "route", id: name }, make("summary", {}, make("code", {}, name), " ", schema.description || ""));
        const inside = make("div", {}, schema.properties ? members(schema) : make("p", {}, typeOf(schema)));
        if (schema.examples) inside.append(make("pre", {}, JSON.stringify(schema.examples[0], null, 2)));
        shape.append(inside);
        target.append(shape);
    }
};

fetch("/api/openapi.json").then((answer) => answer.json()).then((document_) => {
    api = document_;
    show(document.getElementById("reference"));
}).catch(() => {
    document.getElementById("reference").textContent = "The document could not be loaded.";
});
