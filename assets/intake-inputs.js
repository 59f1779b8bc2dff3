// The inputs of an intake form, by row: read, and filled with what waits. For intake.js, which comes after this.
window.intakeInputs = (() => {
  "use strict";
  const rowsOf = (group) => [...group.querySelectorAll("[data-row]")];
  const fieldsOf = (row) => [...row.querySelectorAll("input[data-field], select[data-field], textarea[data-field]")];
  const valuesOf = (row) => {
    const values = {};
    for (const field of fieldsOf(row)) {
      const name = field.dataset.field;
      if (field.type === "checkbox") {
        if (field.checked) (values[name] ??= []).push(field.value);
      } else if (field.type === "radio") {
        if (field.checked) values[name] = field.dataset.flag === "true" ? field.value === "true" : field.value;
      } else if (field.value !== "") values[name] = field.value;
    }
    return values;
  };
  const bare = (value) => Object.assign(new Option(value, value), { className: "intake-bare" });
  // What it stood for has come, and is chosen in its place; or something else is chosen, and it stands for nothing.
  const clothe = () => {
    for (const option of document.querySelectorAll("option.intake-bare")) {
      const field = option.parentElement;
      const { value } = field, isThere = [...field.options].some((each) => each !== option && each.value === option.value);
      if (!isThere && value === option.value) continue;
      option.remove();
      field.value = value;
    }
  };
  const fill = (row, values, fields = fieldsOf(row)) => {
    for (const field of fields) {
      const value = values[field.dataset.field];
      if (field.type === "checkbox") field.checked = (value ?? []).includes(field.value);
      else if (field.type === "radio") field.checked = value !== undefined && String(value) === field.value;
      else {
        // What was chosen may not be there to choose from before the group that it comes from is saved.
        const isThere = !value || field.type !== "select-one" || [...field.options].some((each) => each.value === value);
        if (!isThere) field.add(bare(value));
        field.value = value ?? "";
      }
    }
  };
  return { rowsOf, fieldsOf, valuesOf, clothe, fill };
})();
