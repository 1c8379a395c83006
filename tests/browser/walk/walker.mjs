// A person at a screen: a browser context that takes pictures and counts what should not happen.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--ignore-certificate-errors"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], resultTypes: ["violations"] };
export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };

export const startBrowser = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });

export class Walker {
  static async start(browser, size, cookies = []) {
    const walker = new Walker();
    walker.size = size;
    walker.context = await browser.newContext({ viewport: SIZES[size], isMobile: size === "phone", hasTouch: size === "phone", deviceScaleFactor: size === "phone" ? 2 : 1,
      ignoreHTTPSErrors: true, locale: "nl-NL", acceptDownloads: true });
    await walker.context.addCookies(cookies);
    walker.context.setDefaultTimeout(120000);
    walker.page = await walker.context.newPage();
    walker.complaints = [];
    walker.page.on("pageerror", (error) => walker.complaints.push(String(error)));
    walker.page.on("console", (message) => {
      // A cut line shows up as a failed load: that is what the walk does on purpose.
      if (message.type() === "error" && !/Failed to load resource|ERR_/.test(message.text())) walker.complaints.push(message.text());
    });
    return walker;
  }

  /// Takes a picture of the whole page and holds it to what every page must be.
  async picture(name) {
    const page = this.page;
    await page.screenshot({ path: `${this.size}-${name}.png`, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${name}: ${wide} pixels wider than the screen (${this.size})`);
    assert.equal(await page.locator("h1").count(), 1, `${name}: one heading of level 1`);
    assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll("input:not([type=hidden]),select,textarea")]
      .filter((one) => !one.labels.length && !one.getAttribute("aria-label")).map((one) => one.outerHTML)), [], `${name}: every field has a label`);
    assert.deepEqual(await this.barriers(), [], `${name}: WCAG 2.2 A and AA as far as axe can tell (${this.size})`);
  }

  /// What axe finds against people who see, hear or move otherwise: rule, place and why.
  async barriers() {
    await this.page.evaluate(AXE);  // past the content policy, as a browser extension would
    const { violations } = await this.page.evaluate((rules) => window.axe.run(document, rules), RULES);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
  }

  async sees(text, timeout = 120000) {
    await this.page.getByText(text).filter({ visible: true }).first().waitFor({ state: "visible", timeout });
  }

  async end() {
    assert.deepEqual(this.complaints, [], "no script errors, nothing that the content policy had to stop");
    await this.context.close();
  }
}
