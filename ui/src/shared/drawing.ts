// A drawing of the engine as nodes of the page. It is made of shapes and words only, and nothing else gets in here: the
// names in it come from strangers.

import DOMPurify from 'dompurify';

const shapes = ['svg', 'g', 'rect', 'line', 'circle', 'polyline', 'polygon', 'text', 'title'];
const traits = [
  'xmlns', 'viewbox', 'viewBox', 'width', 'height', 'x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'points', 'fill', 'fill-opacity',
  'stroke', 'stroke-width', 'stroke-opacity', 'stroke-linejoin', 'font-size', 'font-weight', 'text-anchor', 'class', 'role', 'tabindex',
  'aria-label', 'aria-hidden', 'data-at', 'data-value', 'data-parts',
];

/** An SVG document of the engine as a fragment of clean nodes. */
export function renderDrawing(svg: string): DocumentFragment {
  return DOMPurify.sanitize(svg, {
    NAMESPACE: 'http://www.w3.org/2000/svg',
    PARSER_MEDIA_TYPE: 'application/xhtml+xml',
    ALLOWED_TAGS: shapes,
    ALLOWED_ATTR: traits,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}
