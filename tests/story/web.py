"""A small browser without screen: cookies, redirects, forms. Speaks to the real servers over HTTPS, as any client would."""
import html.parser
import http.client
import ssl
import urllib.parse
import uuid


class Page(html.parser.HTMLParser):
    """What a page says and asks: text, links, forms."""

    def __init__(self, url, status, headers, body):
        super().__init__(convert_charrefs=True)
        self.url, self.status, self.headers, self.body = url, status, headers, body
        self.links, self.forms, self._text = [], [], []
        self._form = self._select = self._link = self._textarea = self._button = None
        self._silent = 0
        if "text/html" in headers.get("content-type", ""):
            self.feed(body.decode("utf-8"))

    @property
    def text(self):
        return " ".join(" ".join(self._text).split())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag in ("script", "style"):
            self._silent += 1
        elif tag == "a" and "href" in attributes:
            self._link = [attributes["href"], ""]
        elif tag == "form":
            self._form = {"action": attributes.get("action", ""), "method": attributes.get("method", "get").lower(), "enctype": attributes.get("enctype", ""),
                          "fields": [], "files": [], "buttons": [], "choices": {}}
            self.forms.append(self._form)
        elif self._form is not None and tag == "input":
            self._input(attributes)
        elif self._form is not None and tag == "select":
            self._select = [attributes.get("name"), None]
        elif tag == "option" and self._select:
            self._form["choices"].setdefault(self._select[0], []).append(attributes.get("value", ""))
            if self._select[1] is None or "selected" in attributes:
                self._select[1] = attributes.get("value", "")
        elif self._form is not None and tag == "textarea":
            self._textarea = [attributes.get("name"), ""]
        elif self._form is not None and tag == "button":
            self._button = {"name": attributes.get("name"), "value": attributes.get("value", ""), "action": attributes.get("formaction"), "label": ""}
            self._form["buttons"].append(self._button)

    def _input(self, attributes):
        kind, name = attributes.get("type", "text"), attributes.get("name")
        if kind == "file":
            self._form["files"].append(name)
        elif kind == "submit":
            self._form["buttons"].append({"name": name, "value": attributes.get("value", ""), "action": attributes.get("formaction"), "label": attributes.get("value", "")})
        elif kind in ("radio", "checkbox"):
            self._form["choices"].setdefault(name, []).append(attributes.get("value", "on"))
            if "checked" in attributes:
                self._form["fields"].append((name, attributes.get("value", "on")))
        elif name:
            self._form["fields"].append((name, attributes.get("value", "")))

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._silent -= 1
        elif tag == "a" and self._link:
            self.links.append((self._link[0], " ".join(self._link[1].split())))
            self._link = None
        elif tag == "select" and self._select:
            self._form["fields"].append((self._select[0], self._select[1] or ""))
            self._select = None
        elif tag == "textarea" and self._textarea:
            self._form["fields"].append(tuple(self._textarea))
            self._textarea = None
        elif tag == "button":
            self._button = None
        elif tag == "form":
            self._form = None

    def handle_data(self, data):
        if self._silent:
            return
        self._text.append(data)
        if self._link:
            self._link[1] += data
        if self._button:
            self._button["label"] += data
        if self._textarea:
            self._textarea[1] += data

    def link(self, words):
        """The address of the first link whose text holds `words`."""
        for address, text in self.links:
            if words.lower() in text.lower():
                return address
        raise LookupError(f"no link '{words}' on {self.url}; there are {[t for _, t in self.links]}")

    def form(self, has=None):
        """The first form, or the first with a field, file, choice or button that holds the words `has`."""
        for form in self.forms:
            names = [n for n, _ in form["fields"]] + form["files"] + list(form["choices"]) + [form["action"]]
            labels = [b["label"].lower() for b in form["buttons"]]
            if has is None or has in names or any(has.lower() in label for label in labels):
                return form
        raise LookupError(f"no form with '{has}' on {self.url}; page says: {self.text[:600]}")


class Client:
    def __init__(self, base):
        self.base, self.cookies = base, {}
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def request(self, method, url, body=None, headers=None):
        """One exchange: (status, headers, body). No redirects."""
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(self.base + "/", url))
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=self.context, timeout=60)
        try:
            all_headers = {"Host": parts.netloc, **(headers or {})}
            if self.cookies:
                all_headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            target = parts.path + ("?" + parts.query if parts.query else "")
            connection.request(method, target or "/", body, all_headers)
            response = connection.getresponse()
            content = response.read()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.split(";")[0]
                    if "max-age=0" in rest.lower():
                        del self.cookies[key]
            return response.status, {name.lower(): value for name, value in response.getheaders()}, content
        finally:
            connection.close()

    def _follow(self, url, status, headers, body):
        for _ in range(10):
            if status not in (301, 302, 303, 307) or "location" not in headers:
                break
            url = urllib.parse.urljoin(urllib.parse.urljoin(self.base + "/", url), headers["location"])
            status, headers, body = self.request("GET", url)
        return Page(urllib.parse.urljoin(self.base + "/", url), status, headers, body)

    def get(self, url):
        return self._follow(url, *self.request("GET", url))

    def submit(self, page, values=None, files=None, has=None, button=None, form=None):
        """Fills in a form of `page` (the one given, or found by `has` or `button`) and sends it, as a browser without JavaScript would."""
        form = form or page.form(has or button)
        fields = [(n, v) for n, v in form["fields"] if n not in (values or {})] + list((values or {}).items())
        action = form["action"]
        for candidate in form["buttons"]:
            if button is None or button.lower() in candidate["label"].lower():
                action = candidate["action"] or action
                if candidate["name"]:
                    fields.append((candidate["name"], candidate["value"]))
                break
        url = urllib.parse.urljoin(page.url, action) if action else page.url
        if form["method"] == "get":
            return self.get(url.split("?")[0] + "?" + urllib.parse.urlencode(fields))
        if files or "multipart" in form["enctype"]:
            body, content_type = multipart(fields, files or [])
        else:
            body, content_type = urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
        headers = {"Content-Type": content_type, "Origin": self.base, "Referer": page.url}
        return self._follow(url, *self.request("POST", url, body, headers))


def multipart(fields, files):
    """files: (field, file name, content type, bytes)."""
    boundary = uuid.uuid4().hex
    parts = []
    for name, value in fields:
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for field, name, content_type, content in files:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: {content_type}\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
