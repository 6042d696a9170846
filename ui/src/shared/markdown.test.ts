import { describe, expect, it } from 'vitest';
import { finishedLength, renderMarkdown } from './markdown';

function html(text: string): string {
  const box = document.createElement('div');
  box.append(renderMarkdown(text));
  return box.innerHTML;
}

describe('a model’s Markdown', () => {
  it('is set with emphasis, lists, quotations and code', () => {
    expect(html('*a* **b**\n\n1. one\n2. two')).toBe('<p><em>a</em> <strong>b</strong></p>\n<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n');
    expect(html('3. three')).toContain('<ol start="3">');
  });
  it('keeps the line ends of verse', () => {
    expect(html('one\ntwo')).toContain('one<br>');
  });
  const hostile = [
    '![x](https://evil.example/x.png)',
    '<img src=x onerror=alert(1)>',
    '<script>alert(1)</script>',
    '<iframe src="https://evil.example"></iframe>',
    '<svg onload=alert(1)>',
    '<style>body{background:url(https://evil.example)}</style>',
    '<a href="javascript:alert(1)">x</a>',
    '[x](javascript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](http://evil.example)',
    '[x](//evil.example/a)',
    '[x](file:///etc/passwd)',
    '<https://evil.example>"onmouseover="alert(1)',
    '[x]: https://evil.example "t"\n\n![x]',
    '<base href="https://evil.example">',
    '<link rel=stylesheet href=https://evil.example>',
    '<form action=https://evil.example><button>x</button></form>',
    '```html\n<img src=https://evil.example>\n```',
    '<video poster=https://evil.example>',
    '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  ];
  it.each(hostile)('loads and runs nothing: %s', (text) => {
    const box = document.createElement('div');
    box.append(renderMarkdown(text));
    expect(box.querySelector('img, script, iframe, svg, style, link, base, form, button, video, object, embed, math, input')).toBeNull();
    for (const element of box.querySelectorAll('*')) {
      for (const attribute of element.attributes) {
        expect(['start', 'data-link', 'role', 'tabindex', 'class']).toContain(attribute.name);
      }
    }
    for (const link of box.querySelectorAll<HTMLElement>('a')) expect(link.dataset.link ?? 'https://').toMatch(/^https:\/\//);
  });
  it('keeps the address of a link without letting it lead anywhere', () => {
    const box = document.createElement('div');
    box.append(renderMarkdown('[a note](https://example.org/style)'));
    const link = box.querySelector('a');
    expect(link?.getAttribute('href')).toBeNull();
    expect(link?.dataset.link).toBe('https://example.org/style');
  });
});

describe('where a growing text can be cut', () => {
  it('is after a blank line that something follows', () => {
    expect(finishedLength('one')).toBe(0);
    expect(finishedLength('one\n\n')).toBe(0);
    expect(finishedLength('one\n\ntwo')).toBe(5);
    expect(finishedLength('one\n\ntwo\n\nthr')).toBe(10);
  });
  it('is never within a fence, nor before an indented line of a list', () => {
    expect(finishedLength('```\na\n\nb')).toBe(0);
    expect(finishedLength('```\na\n\nb\n```\n\nc')).toBe(14);
    expect(finishedLength('~~~\n```\n\nb')).toBe(0);
    expect(finishedLength('1. a\n\n   b')).toBe(0);
  });
  it('never loses or repeats a letter, however the text arrives', () => {
    const text = 'one\n\n```\nx\n\ny\n```\n\n- a\n\n  b\n- c\n\nend';
    for (let size = 1; size < 9; size += 1) {
      let unfinished = '';
      let settled = '';
      for (let at = 0; at < text.length; at += size) {
        unfinished += text.slice(at, at + size);
        const cut = finishedLength(unfinished);
        settled += unfinished.slice(0, cut);
        unfinished = unfinished.slice(cut);
      }
      expect(settled + unfinished).toBe(text);
    }
  });
});
