import { QueryClient } from '@tanstack/vue-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchAnew, hearChanges } from './ask';

describe('changes', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function listening() {
    const client = new QueryClient();
    const fetched: unknown[] = [];
    vi.spyOn(client, 'invalidateQueries').mockImplementation((filters) => {
      if (typeof filters === 'object') fetched.push(filters.queryKey?.[0]);
      return Promise.resolve();
    });
    return { client, fetched, hear: hearChanges(client) };
  }

  it('that come together are followed once each', () => {
    const { fetched, hear } = listening();
    hear({ topics: ['usage', 'status'] });
    hear({ topics: ['desk', 'status'] });
    expect(fetched).toEqual([]);
    vi.runAllTimers();
    expect(fetched).toEqual(['usage', 'status', 'desk']);
    hear({ topics: ['desk'] });
    vi.runAllTimers();
    expect(fetched.length).toBe(4);
  });

  it('are not followed again when the page has just fetched them', async () => {
    const { client, fetched, hear } = listening();
    hear({ topics: ['usage', 'desk'] });
    await fetchAnew(client, 'desk');
    vi.runAllTimers();
    expect(fetched).toEqual(['desk', 'usage']);
  });
});
