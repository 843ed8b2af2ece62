// A virtual list: only visible rows have nodes.

import { h } from "./dom.js";

const SPARE = 6; // rows made beyond each edge

export class WindowedList {
    // make(item, index) returns a row's content; rows of the same key keep their node, focus and selection
  constructor({ label, height, make, onwindow = () => {} }) {
    Object.assign(this, { height, make, onwindow, total: 0, at: () => null, keyOf: (index) => index, nodes: new Map() });
    this.inner = h("ul.rows", { "aria-label": label });
    this.node = h("div.scroller", { tabindex: -1, onscroll: () => this.draw(), onkeydown: (event) => this.move(event) }, this.inner);
    new ResizeObserver(() => this.draw()).observe(this.node);
  }

    // `grown`: number of new rows on top, so that visible rows stay in place
  show(total, at, keyOf, grown = 0) {
    Object.assign(this, { total, at, keyOf });
    this.inner.style.height = `${total * this.height}px`;
    if (grown && this.node.scrollTop > this.height) this.node.scrollTop += grown * this.height;
    this.draw(true);
  }

  draw(fresh = false) {
    const first = Math.max(0, Math.floor(this.node.scrollTop / this.height) - SPARE);
    const last = Math.min(this.total, Math.ceil((this.node.scrollTop + this.node.clientHeight) / this.height) + SPARE);
    const kept = new Map();
    for (let index = first; index < last; index++) {
      const item = this.at(index);
      const key = item ? this.keyOf(item) : `#${index}`;
      kept.set(key, this.row(key, item, index, fresh));
    }
    let lost = false;
    for (const [key, row] of this.nodes) {
      if (kept.has(key)) continue;
      lost ||= row.node.contains(document.activeElement);
      row.node.remove();
    }
    this.nodes = kept;
    this.order();
    if (lost) this.node.focus({ preventScroll: true });
    this.onwindow(first, last);
  }

  row(key, item, index, fresh) {
    let row = this.nodes.get(key);
    if (!row) {
      row = { node: h("li.row"), item: undefined };
    }
    if (row.item !== item || (fresh && item === null)) {
      row.item = item;
      const focused = row.node.contains(document.activeElement);
      row.node.replaceChildren(this.make(item, index));
      if (focused) row.node.querySelector("button, a")?.focus({ preventScroll: true });
    }
    if (row.index !== index) {
      row.index = index;
      row.node.style.transform = `translateY(${index * this.height}px)`;
      row.node.setAttribute("aria-posinset", index + 1);
    }
    if (row.total !== this.total) row.node.setAttribute("aria-setsize", (row.total = this.total));
    return row;
  }

    // Rows are in visual order in the document; existing ones are not moved.
  order() {
    let next = this.inner.firstChild;
    for (const { node } of this.nodes.values()) {
      if (node === next) next = next.nextSibling;
      else this.inner.insertBefore(node, next);
    }
  }

    // Up, Down, Home and End move between rows.
  move(event) {
    const here = [...this.nodes.values()].find((row) => row.node.contains(document.activeElement));
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!step || event.target.matches("input, select")) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(this.total - 1, (here?.index ?? Math.floor(this.node.scrollTop / this.height)) + step));
    this.reveal(index);
    [...this.nodes.values()].find((row) => row.index === index)?.node.querySelector("button, a")?.focus({ preventScroll: true });
  }

    // Scrolls a row into view, as little as needed.
  reveal(index) {
    const top = index * this.height;
    const sight = this.node.clientHeight - this.height;
    if (top < this.node.scrollTop) this.node.scrollTop = top;
    else if (top > this.node.scrollTop + sight) this.node.scrollTop = top - sight;
    this.draw();
  }
}
