// A real Chromium, and what a person does with it.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import puppeteer from 'puppeteer-core';

export const CHROMIUM = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--lang=en-US',
];
export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** A browser with a profile of its own, and what ends both. */
export async function launch() {
  assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is not there; Debian's package chromium has it`);
  const profile = mkdtempSync(join(tmpdir(), 'chancery-browser-'));
  const browser = await puppeteer.launch({ executablePath: CHROMIUM, userDataDir: profile, args: FLAGS });
  const close = async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { browser, close };
}

export const text = (page, selector) => page.$eval(selector, (element) => element.textContent.trim());
export const exists = async (page, selector) => (await page.$(selector)) !== null;

/** Waits until the field is the one that is typed into: a browser moves there when it draws the page. */
export const focuses = (page, id) => page.waitForFunction((id) => document.activeElement.id === id, {}, id);

/** Presses what leads to another page, and waits for that. */
export async function press(page, selector) {
  const [answer] = await Promise.all([page.waitForNavigation(), page.click(selector)]);
  return answer;
}

export async function fill(page, selector, value) {
  await page.waitForSelector(selector);
  await page.$eval(selector, (field) => (field.value = ''));
  await page.type(selector, value);
}

/** Fills the form of the login in and sends it. */
export async function logIn(page, { email, password }) {
  await fill(page, '#email', email);
  await fill(page, '#password', password);
  return press(page, 'button[type=submit]');
}
