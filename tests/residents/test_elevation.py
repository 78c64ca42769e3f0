from time import perf_counter

from django.template.loader import render_to_string

from residents.elevation import Cell, draw_elevation


def cell(room, floor=1, position=1, *, entrance="", letter="✓", **more):
    return Cell(entrance, floor, position, room, "o-done", letter, more.pop("title", room), **more)


def rooms_by_floor(drawing):
    return [(row.floor, [c.room for c in row.cells]) for row in drawing.rows]


def draw(*cells):
    return render_to_string("residents/_elevation.html", {"entrances": draw_elevation(cells), "label": "采样"})


def test_floors_come_from_the_top_and_doors_from_the_left():
    (drawing,) = draw_elevation([cell("101"), cell("202", 2, 2), cell("201", 2, 1), cell("102", 1, 2)])
    assert rooms_by_floor(drawing) == [(2, ["201", "202"]), (1, ["101", "102"])]


def test_floors_that_do_not_exist_are_not_drawn():
    (drawing,) = draw_elevation([cell("301", 3), cell("501", 5), cell("-101", -1)])
    assert [row.floor for row in drawing.rows] == [5, 3, -1]


def test_a_missing_door_leaves_its_place_empty():
    (drawing,) = draw_elevation([cell("201", 2, 1), cell("202", 2, 2), cell("102", 1, 2)])
    assert [sorted(row.columns) for row in drawing.rows] == [[0, 1], [1]]
    assert drawing.rows[1].html.startswith("<td></td><td>")


def test_positions_that_repeat_fall_back_to_the_order_of_rooms():
    (drawing,) = draw_elevation([cell("202", 2), cell("201", 2), cell("101", 1)])
    assert rooms_by_floor(drawing) == [(2, ["201", "202"]), (1, ["101"])]


def test_entrance_two_stands_before_entrance_ten():
    drawings = draw_elevation([cell("101", entrance=name) for name in ("10", "2", "A", "1")])
    assert [drawing.name for drawing in drawings] == ["A", "1", "2", "10"]


def test_households_behind_one_door_share_a_cell():
    html = draw(cell("501", 5, letter="✓"), cell("501", 5, letter="无"))
    assert html.count("<td") == 1
    assert '<td class="n2"><span class="o-done" title="501">✓' in html


def test_words_stand_beside_the_letter_and_nothing_is_trusted():
    html = draw(cell("501", title='501 "<b>"', href="/x/?a=1&b=2", letter="<"))
    assert (
        '<a class="o-done" href="/x/?a=1&amp;b=2" title="501 &quot;&lt;b&gt;&quot;">&lt;'
        "<i> 501 &quot;&lt;b&gt;&quot;</i></a>"
    ) in html
    assert '<th scope="row">1F</th>' in html


def test_nothing_to_draw_is_no_picture():
    assert draw_elevation([]) == []


def test_three_thousand_doors_are_drawn_quickly_and_compactly():
    cells = [
        cell(f"{f}{p:02d}", f, p, entrance=str(e), href=f"/visits/{e}{f}{p}/", title=f"{f}{p:02d} 已采样")
        for e in range(25)
        for f in range(1, 31)
        for p in range(1, 5)
    ]
    draw(*cells[:10])  # the template is compiled once
    started = perf_counter()
    html = draw(*cells)
    took = perf_counter() - started
    assert len(cells) == 3000
    assert len(html) < 3000 * 120
    assert took < 0.6  # 40 ms on a quiet machine; the limit only catches a change of order
