"use strict";
// Headers that sort: numbers by data-v, an empty one last in either direction; everything else as text.
for (const table of document.querySelectorAll("table.sort")) {
	const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells], body = table.tBodies[0];
	const value = (row, column) => {
		const cell = row.cells[column];
		return cell.hasAttribute("data-v") ? (cell.dataset.v === "" ? NaN : Number(cell.dataset.v)) : cell.textContent;
	};
	const compare = (a, b) => typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
	heads.forEach((head, column) => {
		const button = document.createElement("button");
		button.type = "button";
		button.append(...head.childNodes);
		head.append(button);
		button.addEventListener("click", () => {
			const down = head.getAttribute("aria-sort") === "ascending";
			heads.forEach((other) => other.removeAttribute("aria-sort"));
			head.setAttribute("aria-sort", down ? "descending" : "ascending");
			body.append(...[...body.rows].map((row) => [value(row, column), row]).sort(([a], [b]) =>
				Number.isNaN(a) || Number.isNaN(b) ? Number.isNaN(a) - Number.isNaN(b) : down ? compare(b, a) : compare(a, b)
			).map(([, row]) => row));
		});
	});
}
// One slice at a time, by a slider.
for (const scroll of document.querySelectorAll(".scroll")) {
	const figures = [...scroll.querySelectorAll("figure")], slider = scroll.querySelector("input");
	const show = () => {
		figures.forEach((figure, i) => figure.classList.toggle("on", i === Number(slider.value)));
		slider.setAttribute("aria-valuetext", figures[slider.value].querySelector("figcaption").textContent);
	};
	slider.addEventListener("input", show);
	slider.parentNode.hidden = false;
	scroll.classList.add("live");
	show();
}
