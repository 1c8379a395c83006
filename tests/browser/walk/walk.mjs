// Walks steps 1, 2, 4, 5 and 6 of the story, and what staff put on record, once on a phone and once on a desk. Exit status 0 only if everything was as it should.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { codeOf, killDoor, passwordOf, portal, sample, sendMail, waitForMail, workbench } from "./instance.mjs";
import { messageRecord, queue, recipientKeys } from "./messages.mjs";
import { clientRegister, deskCall, porteroCase, restriction } from "./records.mjs";
import { startBrowser, Walker } from "./walker.mjs";

const CODE = "zonnebloem 47";
const browser = await startBrowser();
const sessions = new Map();

async function staff(login, size) {
  const walker = await Walker.start(browser, size, sessions.get(login));
  if (!sessions.has(login)) {
    await walker.page.goto(workbench + "/inloggen");
    await walker.picture("inloggen");
    await walker.page.fill("#login", login);
    await walker.page.fill("#password", passwordOf(login));
    await walker.page.fill("#code", await codeOf(login));
    await walker.page.getByRole("button", { name: "Inloggen" }).click();
    await walker.page.waitForURL((url) => url.pathname !== "/inloggen");
    sessions.set(login, await walker.context.cookies());
  }
  return walker;
}

async function openDossier(walker, reference, purpose) {
  const { page } = walker;
  await page.goto(`${workbench}/?zoek=${reference}`);
  await page.getByRole("link", { name: reference }).click();
  await page.locator(`#doel-${purpose}`).check();
  await page.getByRole("button", { name: "Open het dossier" }).click();
  // The worker may still be busy with what came in.
  for (let tries = 0; (await page.getByText("Wordt gecontroleerd").count()) > 0 && tries < 60; tries += 1) {
    await page.waitForTimeout(1000);
    await page.reload();
  }
}

async function upload(walker, slot, name) {
  await walker.page.setInputFiles(`#bestand-${slot}`, sample(name));
}

async function cutUpload(walker) {
  const { page, context } = walker;
  const network = await context.newCDPSession(page);
  const limit = (bytes, offline = false) => network.send("Network.emulateNetworkConditions", { offline, latency: 20, downloadThroughput: -1, uploadThroughput: bytes });
  await limit(30 * 1024);  // slow enough to be looked at on the way
  await upload(walker, "request", "mentor/verzoek-foto.jpg");
  const progress = page.locator("progress").first();
  await page.waitForFunction(() => document.querySelector("progress")?.value > 20);
  await progress.scrollIntoViewIfNeeded();
  await walker.picture("1-voortgang");
  await limit(-1, true);
  killDoor();
  await walker.sees("De verbinding is weg");
  await walker.picture("1-verbinding-weg");
  await limit(-1);
  await walker.sees(/handtekening op pagina 1/, 90000);
  await network.detach();
}

async function mentorSends(size) {
  const walker = await Walker.start(browser, size);
  const { page } = walker;
  await page.goto(portal);
  await walker.picture("1-start");
  await page.getByRole("link", { name: /mentor, curator of bewindvoerder/ }).click();
  await page.getByRole("button", { name: "Verder naar documenten" }).click();
  await walker.picture("1-formulier-fouten");
  await page.getByLabel("Mentor", { exact: true }).check();
  await page.fill("#requester_name", "Karin de Model");
  await page.fill("#client_name", "Cornelia Johanna Voorbeeld");
  await page.fill("#client_birth_date", "1948-03-12");
  await page.fill("#email", "karin.de.model@post.example");
  await page.fill("#access_code", CODE);
  await page.getByRole("button", { name: "Verder naar documenten" }).click();
  await page.waitForURL("**/inzending/documenten");
  await walker.picture("1-documenten-leeg");
  await cutUpload(walker);
  await upload(walker, "client-identity", "mentor/verzoek-foto-onscherp.jpg");
  await walker.sees(/De foto is onscherp/);
  await walker.picture("1-onscherp");
  await page.locator("li", { hasText: "verzoek-foto-onscherp.jpg" }).getByRole("button", { name: /Verwijder/ }).click();
  await page.waitForLoadState();
  await upload(walker, "client-identity", "mentor/paspoort-client.heic");
  await page.locator("li.good", { hasText: "paspoort-client.heic" }).waitFor();
  await walker.picture("1-documenten");
  await page.getByRole("link", { name: "Verder naar controleren" }).click();
  await walker.picture("2-controle");
  await page.getByRole("button", { name: /erstu/ }).click();
  await page.waitForURL("**/inzending/ontvangst");
  const link = page.getByRole("link", { name: /ontvangstbewijs/ });
  await link.waitFor({ timeout: 60000 });
  await walker.picture("2-ontvangst");
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  assert.equal(readFileSync(await download.path()).subarray(0, 5).toString(), "%PDF-");
  const reference = (await page.locator("main").innerText()).match(/ZP-\w{4}-\w{4}-\w/)[0];
  await walker.end();
  return reference;
}

async function mailroomAsks(size, reference) {
  const walker = await staff("p.postma", size);
  const { page } = walker;
  await page.goto(workbench);
  await walker.picture("4-werkvoorraad");
  await openDossier(walker, reference, "behandelen-verzoek");
  await walker.picture("4-dossier");
  await page.getByRole("link", { name: "verzoek-foto.jpg" }).first().click();
  const image = page.locator("figure img").first();
  await image.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector("figure img")?.naturalWidth > 300);
  assert.ok((await page.locator("figure svg rect").count()) > 0, "the signature is outlined");
  await walker.picture("4-document");
  await page.goBack();
  await page.getByRole("button", { name: /Niet compleet/ }).click();
  await walker.picture("4-brief");
  await page.getByRole("button", { name: "Versturen" }).click();
  await walker.sees("Wacht op aanvulling");
  await walker.end();
}

async function mentorAnswers(size, reference, since) {
  const text = await waitForMail("karin.de.model@post.example", "/bericht/", since);
  const link = text.match(/https:\/\/\S+\/bericht\/\S+/)[0];
  const walker = await Walker.start(browser, size);
  const { page } = walker;
  await page.goto(link);
  await page.getByLabel(/code/i).fill("verkeerde code");
  await page.locator("main form button").first().click();
  await walker.sees(/niet goed/);
  await walker.picture("5-code-verkeerd");
  await page.getByLabel(/code/i).fill(CODE);
  await page.locator("main form button").first().click();
  await walker.sees(reference);
  await walker.picture("5-bericht");
  await page.getByRole("button", { name: "Documenten toevoegen" }).click();
  await page.waitForURL("**/inzending/documenten");
  await upload(walker, "court-order", "mentor/beschikking.pdf");
  await page.locator("li.good", { hasText: "beschikking.pdf" }).waitFor();
  await walker.picture("5-antwoord");
  await page.getByRole("link", { name: "Er een bericht bij schrijven" }).click();
  await page.getByLabel("Uw bericht").fill("Beste mevrouw Postma,\n\nDe beschikking is van vorig jaar. Mijn moeder woont nu bij ons.\n\nKarin de Model");
  await walker.picture("5-antwoord-schrijven");
  await page.getByRole("button", { name: "Verder naar controleren" }).click();
  await walker.sees("Mijn moeder woont nu bij ons.");
  await walker.picture("5-antwoord-controle");
  await page.getByRole("button", { name: /erstu/ }).click();
  await page.waitForURL("**/inzending/ontvangst");
  for (await page.goto(link); (await page.getByText("Stuur ons nog dit").count()) > 0; await page.reload()) await page.waitForTimeout(500);
  await walker.sees("Wij ontvingen wat wij vroegen");
  await walker.sees("Mijn moeder woont nu bij ons.");
  await walker.picture("5-bericht-beantwoord");
  await walker.end();
  const clerk = await staff("p.postma", size);
  await openDossier(clerk, reference, "behandelen-verzoek");
  await clerk.page.getByRole("link", { name: "Bericht lezen" }).click();
  await clerk.sees("Mijn moeder woont nu bij ons.");
  await clerk.picture("5-bericht-in-dossier");
  await clerk.page.goBack();
  const confirm = clerk.page.getByRole("button", { name: "Compleet", exact: true });
  if (await confirm.count()) await confirm.click();
  await clerk.page.locator(".tag", { hasText: "Compleet" }).first().waitFor();
  await clerk.end();
}

async function legalGrants(size) {
  const since = Date.now();
  sendMail("mail/avg-inzage.eml", `walk-${size}@post.example`);
  const reference = (await waitForMail("renee.fictief@post.example", "ZP-", since)).match(/ZP-\w{4}-\w{4}-\w/)[0];
  const jurist = await staff("j.recht", size);
  await openDossier(jurist, reference, "avg-verzoek");
  const judged = jurist.page.locator(".tag", { hasText: /Te beoordelen|Compleet/ }).first();
  for (let tries = 0; tries < 60 && !(await judged.count()); ++tries) {
    await jurist.page.waitForTimeout(1000);
    await jurist.page.reload();
  }
  await jurist.sees("Laatste dag");
  await jurist.picture("6-dossier");
  await jurist.page.getByRole("link", { name: "Bericht lezen" }).click();
  await jurist.sees("Origineel ophalen (.eml)");
  await jurist.picture("6-mail");
  await jurist.page.goBack();
  await jurist.page.locator("#brief").selectOption("avg-inzage-toegekend");
  await jurist.page.getByRole("button", { name: "Opstellen" }).click();
  const recipients = jurist.page.locator("#veld-recipients");
  if ((await recipients.inputValue()) === "") await recipients.fill("Het zorgkantoor | uw indicatiebesluit | Wlz artikel 9.1.3");
  const purposes = jurist.page.locator("#veld-purposes");
  if ((await purposes.inputValue()) === "") await purposes.fill("uw aanvraag voor langdurige zorg beoordelen (Wlz art. 3.2.3)");
  await jurist.page.getByRole("button", { name: "Opslaan" }).click();
  await jurist.picture("6-brief");
  await jurist.page.getByRole("button", { name: "Ter goedkeuring aanbieden" }).click();
  await jurist.sees("wacht op goedkeuring");
  const letter = jurist.page.url();
  const approver = await staff("g.keur", size);
  await approver.page.goto(letter);
  await approver.picture("6-goedkeuren");
  await approver.page.getByRole("button", { name: "Goedkeuren" }).click();
  await approver.sees("goedgekeurd");
  await approver.end();
  await jurist.page.reload();
  await jurist.page.getByRole("button", { name: "Versturen" }).click();
  await jurist.sees("Beantwoord");
  await jurist.end();
  const text = await waitForMail("renee.fictief@post.example", "/bericht/", since);
  const desk = await staff("i.balie", size);
  await desk.page.goto(`${workbench}/?zoek=${reference}`);
  await desk.page.getByRole("link", { name: reference }).click();
  await desk.page.getByRole("button", { name: "Open het dossier" }).click();
  await desk.page.getByRole("button", { name: "Code tonen" }).click();
  const code = await desk.page.locator(".code").innerText();
  await desk.picture("6-code");
  await desk.page.goBack();
  await messageRecord(desk, "6-bewijs");
  await desk.end();
  const reader = await Walker.start(browser, size);
  await reader.page.goto(text.match(/https:\/\/\S+\/bericht\/\S+/)[0]);
  await reader.page.getByLabel(/code/i).fill(code);
  await reader.page.locator("main form button").first().click();
  await reader.sees(reference);
  await reader.picture("6-bericht");
  await reader.end();
}

async function mailOut(size) {
  const clerk = await staff("p.postma", size);
  await recipientKeys(clerk, size);
  await clerk.end();
  const jurist = await staff("j.recht", size);
  await queue(jurist);
  await jurist.end();
}

async function onRecord(size) {
  const jurist = await staff("j.recht", size);
  const letter = await porteroCase(jurist);
  await jurist.end();
  const approver = await staff("g.keur", size);
  await approver.page.goto(letter);
  await approver.page.getByRole("button", { name: "Goedkeuren" }).click();
  await approver.sees("goedgekeurd");
  await approver.end();
  const clerk = await staff("p.postma", size);
  await clientRegister(clerk, size === "phone" ? "1931-05-17" : "1933-02-09");
  await clerk.end();
  const desk = await staff("i.balie", size);
  await deskCall(desk);
  await desk.end();
}

async function putAside(size) {
  const since = Date.now();
  sendMail("mail/avg-inzage.eml", `aside-${size}@post.example`);
  const reference = (await waitForMail("renee.fictief@post.example", "ZP-", since)).match(/ZP-\w{4}-\w{4}-\w/)[0];
  const jurist = await staff("j.recht", size);
  const clerk = await staff("p.postma", size);
  await restriction(jurist, clerk, reference);
  await clerk.end();
  await jurist.end();
}

for (const size of ["phone", "desktop"]) {
  const since = Date.now();
  const step = (name, walk) => {
    console.log(`${size}: ${name}`);
    return walk();
  };
  const reference = await step("1 and 2: a mentor sends", () => mentorSends(size));
  await step("4: the mailroom asks", () => mailroomAsks(size, reference));
  await step("5: the mentor answers", () => mentorAnswers(size, reference, since));
  await step("6: legal grants", () => legalGrants(size));
  await step("7: on record, and at the desk", () => onRecord(size));
  await step("8: put aside", () => putAside(size));
  await step("9: mail out", () => mailOut(size));
}
await browser.close();
