"""Pictures of pages, taken by a headless Chromium that is told what to do over its DevTools pipe."""
import base64
import json
import os
import pathlib
import subprocess
import tempfile
import urllib.parse

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--ignore-certificate-errors", "--hide-scrollbars", "--remote-debugging-pipe"]
PHONE, DESK = (390, 844, 2, True), (1280, 900, 1, False)


class Browser:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_chromium, self._write = os.pipe()
        self._read, from_chromium = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        shell = f'exec chromium {" ".join(FLAGS)} --user-data-dir="$1" 3<&{to_chromium} 4>&{from_chromium} >/dev/null 2>&1'
        self._process = subprocess.Popen(["bash", "-c", shell, "bash", self._profile.name], pass_fds=(to_chromium, from_chromium))
        os.close(to_chromium)
        os.close(from_chromium)
        self._number, self._unread, self._events = 0, b"", []
        target = self._ask("Target.createTarget", {"url": "about:blank"}, None)["targetId"]
        self._session = self._ask("Target.attachToTarget", {"targetId": target, "flatten": True}, None)["sessionId"]
        self._ask("Page.enable")
        self._ask("Network.enable")

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        self._profile.cleanup()

    def _next(self):
        while b"\0" not in self._unread:
            chunk = os.read(self._read, 1 << 16)
            if not chunk:
                raise RuntimeError("chromium ended")
            self._unread += chunk
        message, _, self._unread = self._unread.partition(b"\0")
        return json.loads(message)

    def _ask(self, method, parameters=None, session="own"):
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters or {}}
        if session:
            command["sessionId"] = self._session
        os.write(self._write, json.dumps(command).encode() + b"\0")
        while True:
            message = self._next()
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self._events.append(message.get("method"))

    def _wait_for(self, event):
        while event not in self._events:
            self._events.append(self._next().get("method"))

    def _set_size(self, width, height, scale, mobile):
        self._ask("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile})

    def shoot(self, name, client, url, size=DESK):
        """The whole page at `url`, as the browser of `client` (its cookies) sees it, into NAME.png; and its HTML into NAME.html."""
        url = urllib.parse.urljoin(client.base + "/", url)
        width, height, scale, mobile = size
        self._ask("Network.clearBrowserCookies")
        for key, value in client.cookies.items():
            self._ask("Network.setCookie", {"url": client.base, "name": key, "value": value, "path": "/", "secure": True, "httpOnly": True})
        self._set_size(width, height, scale, mobile)
        self._events = []
        self._ask("Page.navigate", {"url": url})
        self._wait_for("Page.loadEventFired")
        # Pictures that wait for scrolling load in a window that is taller than the page.
        self._set_size(width, 8000, scale, mobile)
        self._ask("Runtime.evaluate", {"expression": "Promise.all([...document.images].map(i => i.decode().catch(() => 0)))", "awaitPromise": True})
        self._set_size(width, height, scale, mobile)
        tall = self._ask("Page.getLayoutMetrics")["cssContentSize"]["height"]
        self._set_size(width, min(int(tall) + 1, 8000), scale, mobile)
        picture = self._ask("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": False})["data"]
        (self.folder / f"{name}.png").write_bytes(base64.b64decode(picture))
        html = self._ask("Runtime.evaluate", {"expression": "document.documentElement.outerHTML"})["result"]["value"]
        (self.folder / f"{name}.html").write_text(html, encoding="utf-8")
