// Put at the end of a page, tells the page around it, which may be narrower than a window can be, what is wrong with it
// as it is shown, or "fine".
window.addEventListener("load", () => {
	const wrong = [], ids = new Set();
	const box = (e) => e.getBoundingClientRect();
	const say = (e, what) => wrong.push(what + ": " + (e.id || e.alt || e.textContent || e.tagName).trim().slice(0, 40));

	if (document.documentElement.scrollWidth > window.innerWidth)
		wrong.push("wider than the window: " + document.documentElement.scrollWidth + " > " + window.innerWidth);
	for (const e of document.querySelectorAll("[id]"))
		ids.has(e.id) ? say(e, "id given twice") : ids.add(e.id);
	for (const e of document.querySelectorAll("a[href^='#'], use"))
		if (!ids.has(e.getAttribute("href").slice(1)))
			say(e, "leads nowhere");
	for (const e of document.images)
		if (!e.complete || !e.naturalWidth || box(e).width < 100)
			say(e, "image missing");
	for (const e of document.querySelectorAll("div.table"))
		if (e.scrollWidth > e.clientWidth)
			say(e, "table scrolls");
	for (const svg of document.querySelectorAll("figure svg")) {
		const frame = box(svg), words = [...svg.querySelectorAll("text")];
		const lines = [...svg.querySelectorAll("path")].filter((e) => !e.closest("defs") && box(e).width > 20);
		if (frame.width < 200 || words.length < 4 || lines.length < 3)
			say(svg, "plot empty");
		words.forEach((e, i) => {
			const a = box(e);
			if (getComputedStyle(e).fill !== getComputedStyle(document.body).color)
				say(e, "text in a colour of its own");
			if (Math.min(a.height, a.width + 100) < 11)
				say(e, "too small to read");
			if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
				say(e, "text outside of its plot");
			for (const f of words.slice(i + 1)) {
				const b = box(f);
				if (a.left < b.right && b.left < a.right && a.top < b.bottom - 3 && b.top < a.bottom - 3)
					say(e, "text over text");
			}
		});
	}
	document.title = "looked at " + document.images.length + " images, " + document.querySelectorAll("figure svg").length +
		" plots at " + window.innerWidth + ": " + (wrong.length ? wrong.join("; ") : "fine");
	parent.postMessage(document.title, "*");
});
