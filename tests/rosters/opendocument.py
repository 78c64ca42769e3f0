"""ODS files of a few hundred bytes, made by hand."""

import io
import zipfile

SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
)
KIND = "application/vnd.oasis.opendocument.spreadsheet"


def cell(value, attributes: str = "") -> str:
    if isinstance(value, int):
        kind = f'office:value-type="float" office:value="{value}"'
    elif value in {"", None}:
        return "<table:table-cell/>"
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind} {attributes}><text:p>{value}</text:p></table:table-cell>"


def row(values, attributes: str = "") -> str:
    cells = "".join(value if str(value).startswith("<table:") else cell(value) for value in values)
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def document(body: str, *, encrypted: bool = False) -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {SPACES} office:version="1.2">'
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    secret = "<encryption-data/>" if encrypted else ""
    manifest = f'<manifest><file-entry full-path="content.xml">{secret}</file-entry></manifest>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", KIND)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()


def ods_bytes(rows: list, name: str = "名册", **kind) -> bytes:
    body = "".join(given if isinstance(given, str) else row(given) for given in rows)
    return document(f'<table:table table:name="{name}">{body}</table:table>', **kind)
