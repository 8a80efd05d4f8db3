import { describe, expect, it } from 'vitest';
import { partnerOf, partyOf, readAsk } from './messages.ts';

describe('what a page may ask of an embedded picture', () => {
  it('get and set, with an id that comes back', () => {
    expect(readAsk({ hugemap: 1, type: 'get', id: 7 })).toEqual({ ok: true, ask: { type: 'get', id: 7 } });
    expect(readAsk({ hugemap: 1, type: 'set', link: '#1&k=6.12' })).toEqual({
      ok: true,
      ask: { type: 'set', link: '#1&k=6.12', id: undefined },
    });
    expect(readAsk({ hugemap: 1, type: 'set', link: '' })).toMatchObject({ ok: true });
  });

  it.each([
    [null],
    ['hugemap'],
    [{}],
    [[]],
    [{ type: 'set', link: '#1' }],
    [Object.create({ hugemap: 1, type: 'get' })],
  ])('%j is none of ours, and not answered', data => expect(readAsk(data)).toBeUndefined());

  it.each([
    [{ hugemap: 2, type: 'get' }, 'the version'],
    [{ hugemap: 1, type: 'eval' }, 'neither get nor set'],
    [{ hugemap: 1, type: 'set' }, 'not a text'],
    [{ hugemap: 1, type: 'set', link: { toString: (): string => '#1' } }, 'not a text'],
    [{ hugemap: 1, type: 'set', link: 'javascript:alert(1)' }, 'does not begin with #'],
    [{ hugemap: 1, type: 'set', link: `#${'x'.repeat(2 ** 23)}` }, 'too long'],
    [Object.assign(Object.create({ link: '#1' }) as object, { hugemap: 1, type: 'set' }), 'not a text'],
  ])('%j is refused', (data, reason) =>
    expect(readAsk(data)).toMatchObject({ ok: false, reason: expect.stringContaining(reason) as string }),
  );

  it('an id is a number or a short text, or none', () => {
    for (const id of [{}, [], null, Number.NaN, 'x'.repeat(65)])
      expect(readAsk({ hugemap: 1, type: 'get', id })).toEqual({
        ok: true,
        ask: { type: 'get', id: undefined },
      });
  });
});

describe('whom an embedded picture talks with', () => {
  it.each([
    ['https://a.example/?embed=1', 'https://a.example'],
    ['http://127.0.0.1:4173/x/?embed=1#1&origin=https://b.example', 'http://127.0.0.1:4173'],
    ['https://a.example/?embed=1&origin=https://b.example', 'https://b.example'],
    ['https://a.example/?embed=1&origin=http%3A%2F%2Flocalhost%3A8000', 'http://localhost:8000'],
    ['file:///talk/?origin=https://b.example', 'https://b.example'],
  ])('%s: %s', (href, origin) => expect(partnerOf(href)).toBe(origin));

  it.each([
    'https://a.example/?origin=*',
    'https://a.example/?origin=null',
    'https://a.example/?origin=',
    'https://a.example/?origin=https://b.example/',
    'https://a.example/?origin=https://b.example/path',
    'https://a.example/?origin=https://user@b.example',
    'https://a.example/?origin=https://*.example',
    'https://a.example/?origin=HTTPS://B.EXAMPLE',
    'https://a.example/?origin=javascript:alert(1)',
    'https://a.example/?origin=https://b.example&origin=https://c.example',
    'file:///talk/index.html?embed=1',
    'nonsense',
  ])('%s: nobody', href => expect(partnerOf(href)).toBeUndefined());
});

describe('whom a picture hears', () => {
  it('is its partner, and from disk the window around it', () => {
    expect(partyOf('https://a.example/?embed=1')).toEqual({
      address: 'https://a.example',
      origins: ['https://a.example'],
    });
    expect(partyOf('file:///talk/index.html?embed=1#1&k=6.12')?.address).toBe('*');
    expect(partyOf('file:///talk/index.html?embed=1#1&origin=x')?.address).toBe('*');
    expect(partyOf('file:///talk/?origin=https://b.example')?.address).toBe('https://b.example');
  });

  it.each([
    'file:///talk/index.html?embed=1&origin=*',
    'file:///talk/index.html?origin=',
    'https://a.example/?origin=*',
    'data:text/html,x',
    'no address',
  ])('%s: nobody', href => expect(partyOf(href)).toBeUndefined());
});
