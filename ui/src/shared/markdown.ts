// A model's Markdown as a page: no images, no raw HTML, nothing that loads or runs. What comes out is made of nodes,
// never of text that somebody else parses again.

import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false, breaks: true }).disable('image');

const allowed = [
  'p', 'br', 'em', 'strong', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'hr', 'a',
  'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td',
];

/** Markdown as a fragment of clean nodes. Links keep their address in `data-link` and lead nowhere by themselves. */
export function renderMarkdown(text: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(markdown.render(text), {
    ALLOWED_TAGS: allowed,
    ALLOWED_ATTR: ['href', 'start'],
    ALLOWED_URI_REGEXP: /^https:\/\//i,
    ADD_URI_SAFE_ATTR: ['start'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll('a')) {
    const address = link.getAttribute('href');
    link.removeAttribute('href');
    if (!address || !/^https:\/\//i.test(address)) continue;
    link.dataset.link = address;
    link.setAttribute('role', 'link');
    link.tabIndex = 0;
  }
  for (const block of fragment.querySelectorAll<HTMLElement>('pre, table')) block.tabIndex = 0;
  return fragment;
}

/** Where a growing text can be cut: everything before is finished blocks, what follows may still change. In UTF-16 units. */
export function finishedLength(text: string): number {
  let fence: string | undefined;
  let finished = 0;
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    if (end < 0) break;
    const line = text.slice(at, end);
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark && !fence) fence = mark;
    else if (mark && fence && mark[0] === fence[0] && mark.length >= fence.length) fence = undefined;
    at = end + 1;
    // A blank line ends a block, unless the next one is indented and so still belongs to a list.
    if (!fence && line.trim() === '' && at < text.length && !/^\s/.test(text.charAt(at))) finished = at;
  }
  return finished;
}
