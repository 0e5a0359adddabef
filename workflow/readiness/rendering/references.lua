-- Numbers of sections, figures and tables; references to them; texts for who cannot see a picture.
local html, words = FORMAT:match 'html' ~= nil, {}
local counters, sections, targets = { fig = 0, tbl = 0 }, {}, {}

local WIDE = 4 -- more columns than that do not fit a telephone
-- Letters in a line of a table on paper, in one of many columns; of a header's word before it breaks; of an id.
local LINE, SMALL_LINE, HEAD, LONG_WORD = 98, 108, 9, 24
local SHORT = 12 -- rows of a table that paper keeps on one page

local function quoted(text) return '"' .. text:gsub('[\\"]', '\\%0') .. '"' end
local function kind_of(id) return id and id:match '^(%l+)%-' end

-- A message of the catalogue with a value in its place: "Figure {n}"; no line ends within it.
local function with(message, name, value)
  local before, after = message:match('^(.*){' .. name .. '}(.*)$')
  return ((before or message .. ' ') .. value .. (after or '')):gsub(' ', '\u{a0}')
end
local function said(kind, number) return with(words[kind], 'n', number) end

-- Written out, under an anchor that is not Quarto's own (fig-, tbl-): Quarto would caption the
-- figure once more and keep one of its pictures.
-- Whether a table is so short that a page holds all of it.
local function short(blocks)
  local rows = 0
  pandoc.Blocks(blocks):walk { Table = function(tab)
    for _, body in ipairs(tab.bodies) do rows = rows + #body.body end
  end }
  return 0 < rows and rows <= SHORT
end

local function float(id, blocks, caption, classes)
  local kind = kind_of(id)
  local anchor = (kind == 'fig' and 'figure' or 'table') .. id:sub(4)
  counters[kind] = counters[kind] + 1
  local number = tostring(counters[kind])
  targets[id] = { said(kind, number), number, anchor }
  local label = with(words.label, 'label', said(kind, number)) .. ' '
  caption:insert(1, pandoc.Span(pandoc.Strong(label), { class = 'caption-label' }))
  local names = table.concat({ kind, table.unpack(classes or {}) }, ' ')
  if html and names:match 'banner' then
    blocks:insert(1, pandoc.Div(pandoc.Para(pandoc.Str(words.cue)), { class = 'cue' }))
  end
  local open, middle, close = '<figure id="' .. anchor .. '" class="' .. names .. '">', '<figcaption>', '</figcaption>\n</figure>'
  local first, second = blocks, { pandoc.Plain(caption) }
  if not html then
    open = '#figure(kind: ' .. (kind == 'fig' and 'image' or 'table') .. ', caption: ['
    middle, close = '])[', '] <' .. anchor .. '>'
    if names:match 'banner' then middle = middle .. '#show table: set text(size: 7.6pt)' end
    first, second = second, first
  end
  local format, list = html and 'html' or 'typst', pandoc.Blocks {}
  list:insert(pandoc.RawBlock(format, open))
  list:extend(first)
  list:insert(pandoc.RawBlock(format, middle))
  list:extend(second)
  list:insert(pandoc.RawBlock(format, close))
  if not html and short(blocks) then
    list:insert(1, pandoc.RawBlock(format, '#block(breakable: false, width: 100%)['))
    list:insert(pandoc.RawBlock(format, ']'))
  end
  return list
end

local function numbered(header)
  if header.classes:includes 'unnumbered' or not words.number then return nil end
  sections[header.level] = (sections[header.level] or 0) + 1
  for level = header.level + 1, 9 do sections[level] = nil end
  local parts = {}
  for level = 1, header.level do if sections[level] then parts[#parts + 1] = sections[level] end end
  local number = table.concat(parts, '.')
  targets[header.identifier] = { said('sec', number), number, header.identifier }
  header.content:insert(1, pandoc.Span(number, { class = 'header-section-number' }))
  header.content:insert(2, pandoc.Space())
  return header
end

local number = {
  traverse = 'topdown',
  Header = numbered,
  Figure = function(figure)
    if not counters[kind_of(figure.identifier)] then return nil end
    return float(figure.identifier, figure.content, pandoc.utils.blocks_to_inlines(figure.caption.long))
  end,
  Table = function(tab)
    local id, caption = tab.identifier, pandoc.utils.blocks_to_inlines(tab.caption.long)
    local last = caption[#caption]
    if id == '' and last and last.t == 'Str' and last.text:match '^{#tbl%-.*}$' then
      id = last.text:match '^{#(.*)}$' -- Quarto leaves a table's label in its caption
      caption:remove(#caption)
    end
    if not counters[kind_of(id)] then return nil end
    tab.identifier, tab.caption = '', { long = {} }
    return float(id, pandoc.Blocks { tab }, caption, #tab.colspecs > WIDE and { 'banner' } or {})
  end,
  Div = function(div)
    if not counters[kind_of(div.identifier)] then return nil end
    local caption = div.content:remove(#div.content)
    return float(div.identifier, div.content, caption and caption.content or pandoc.Inlines {}, div.classes)
  end,
}

-- A row is marked by an empty span that begins it, `[]{.row .main}`; its first cell names the row.
local function marked(row)
  local first = row.cells[1] and row.cells[1].contents[1]
  local mark = first and first.content and first.content[1]
  if not mark or mark.t ~= 'Span' or not mark.classes:includes 'row' then return end
  first.content:remove(1)
  for _, name in ipairs(mark.classes) do
    if name ~= 'row' then row.attr.classes:insert(name) end
  end
end

local shades = { main = 'rgb("#e8eef2")', total = 'rgb("#f3f6f8")' }
local function rows_of(tab)
  local rows = pandoc.List {}
  for _, body in ipairs(tab.bodies) do rows:extend(body.body) end
  return rows
end

local function width_of(contents)
  local text, longest = pandoc.write(pandoc.Pandoc(contents), 'plain', { columns = 100000 }):gsub('%s+$', ''), 0
  for word in text:gsub('\u{200b}', ' '):gmatch '[^ \n]+' do longest = math.max(longest, utf8.len(word) or #word) end
  return utf8.len(text) or #text, longest
end

-- What each column needs at least and what it would take, in letters; a header's word may break.
local function needs(tab, rows, longest)
  local least, wanted = {}, {}
  for i, spec in ipairs(tab.colspecs) do
    local numbers = spec[1] == 'AlignRight'
    least[i], wanted[i] = 4, 4
    local function take(cell, head)
      if not cell then return end
      local whole, word = width_of(cell.contents)
      if head then word = math.min(word, longest) end
      least[i] = math.max(least[i], (head or not numbers) and word or math.min(whole, 24))
      wanted[i] = math.max(wanted[i], head and math.min(whole, word + 6) or whole)
    end
    for _, row in ipairs(tab.head.rows) do take(row.cells[i], true) end
    for _, row in ipairs(rows) do take(row.cells[i], false) end
  end
  local sum = 0
  for i = 1, #least do
    least[i] = least[i] + 2
    wanted[i] = math.max(wanted[i] + 2, least[i])
    sum = sum + least[i]
  end
  return least, wanted, sum
end

-- Widths on paper: a column of numbers gets what its longest cell needs, those of words the rest.
local function widths(tab)
  local rows, line = rows_of(tab), #tab.colspecs > WIDE and SMALL_LINE or LINE
  local least, wanted, sum = needs(tab, rows, line)
  if sum > line then least, wanted, sum = needs(tab, rows, HEAD) end
  local spare, total = 0, 0
  for i = 1, #least do spare = spare + wanted[i] - least[i] end
  local room = math.min(math.max(0, line - sum), spare)
  for i = 1, #least do
    least[i] = least[i] + (spare > 0 and room * (wanted[i] - least[i]) / spare or 0)
    total = total + least[i]
  end
  for i, spec in ipairs(tab.colspecs) do
    tab.colspecs[i] = { spec[1], math.floor(1000 * least[i] / total) / 1000 }
  end
end

-- An id breaks after its signs, where a line of paper has no room for it.
local function breaking(part)
  if #part.text <= LONG_WORD then return nil end
  part.text = part.text:gsub('[._/@-]', '%0\u{200b}')
  return part
end

local function on_paper(tab)
  tab = tab:walk { Str = breaking, Code = breaking }
  widths(tab)
  for _, row in ipairs(rows_of(tab)) do
    for _, name in ipairs(row.attr.classes) do
      for _, cell in ipairs(row.cells) do
        if shades[name] then cell.attr.attributes['typst:fill'] = shades[name] end
        if name == 'main' or name == 'total' then cell.attr.attributes['typst:text:weight'] = '"bold"' end
        if name == 'base' then cell.attr.attributes['typst:text:fill'] = 'muted' end
      end
    end
  end
  return tab
end

-- A class says that a cell holds numbers: a page that allows no styles of elements shows it too.
local function on_page(tab)
  local names = { AlignRight = 'num', AlignCenter = 'mid' }
  local function classed(row)
    for i, cell in ipairs(row.cells) do
      local name = names[tab.colspecs[i] and tab.colspecs[i][1]]
      if name then cell.attr.classes:insert(name) end
    end
  end
  for _, row in ipairs(tab.head.rows) do classed(row) end
  for _, row in ipairs(rows_of(tab)) do classed(row) end
  for _, body in ipairs(tab.bodies) do body.row_head_columns = math.max(1, body.row_head_columns) end
  for i in ipairs(tab.colspecs) do tab.colspecs[i] = { 'AlignDefault', nil } end
  return pandoc.Div(tab, pandoc.Attr('', { 'table-scroll' }, { tabindex = '0' }))
end

local spans = { { 'ci', 'under' }, { 'letter', 'letters' }, { 'small', 'small' }, { 'tag', 'tag' } }

local finish = {
  Cite = function(cite)
    local inlines = pandoc.Inlines {}
    for i, citation in ipairs(cite.citations) do
      local target = targets[citation.id]
      if not target then pandoc.log.warn('unresolved cross-reference @' .. citation.id) end
      target = target or { '?', '?', '' }
      local text = citation.mode == 'SuppressAuthor' and target[2] or target[1]
      if i > 1 then inlines:extend { pandoc.Str ',', pandoc.Space() } end
      inlines:extend(citation.prefix)
      if #citation.prefix > 0 then inlines:insert(pandoc.Space()) end
      inlines:insert(pandoc.Link(text, '#' .. target[3], '', { class = 'quarto-xref' }))
      inlines:extend(citation.suffix)
    end
    return inlines
  end,
  Image = function(image)
    image.attributes.alt = image.attributes['fig-alt'] or image.attributes.alt or pandoc.utils.stringify(image.caption)
    image.attributes['fig-alt'] = nil
    if html then return image end
    if image.classes:includes 'narrow' then return {} end
    local width = image.attributes.width
    return pandoc.RawInline('typst', ('#image(%s, alt: %s%s)'):format(
      quoted(image.src), quoted(image.attributes.alt), width and ', width: ' .. width or ''))
  end,
  -- The name of a dataset version has hyphens at which no line may end.
  Span = function(span)
    for _, pair in ipairs(html and {} or spans) do
      if span.classes:includes(pair[1]) then
        return { pandoc.RawInline('typst', '#' .. pair[2] .. '['), span, pandoc.RawInline('typst', ']') }
      end
    end
    if not span.classes:includes 'prov' or pandoc.utils.stringify(span):match ' ' then return nil end
    if html then
      span.classes:insert 'word'
      return span
    end
    return { pandoc.RawInline('typst', '#box['), span, pandoc.RawInline('typst', ']') }
  end,
  Math = function(math)
    if html then return nil end
    return { pandoc.RawInline('typst', '#math-alt(' .. quoted(math.text) .. ')['), math, pandoc.RawInline('typst', ']') }
  end,
  Table = function(tab)
    for _, row in ipairs(rows_of(tab)) do marked(row) end
    return html and on_page(tab) or on_paper(tab)
  end,
}

-- Some languages put a space before signs or within quotation marks (French: « », ; ! ?); it must not
-- end a line. Which ones, and how wide, is the language's (language.po), as for every sentence of it.
local function ends_with(text, signs) return text and signs and signs:find(text:match '[^\128-\191][\128-\191]*$' or '\0', 1, true) end
local function begins_with(text, signs) return text and signs and signs:find(text:match '^[^\128-\191][\128-\191]*' or '\0', 1, true) end
local function bound(inlines)
  for i = 2, #inlines do
    local before, after = inlines[i - 1].text, inlines[i + 1] and inlines[i + 1].text
    if inlines[i].t == 'Space' then
      if begins_with(after, words.narrow_before) then inlines[i] = pandoc.Str '\u{202f}'
      elseif begins_with(after, words.fixed_before) or ends_with(before, words.fixed_after) then inlines[i] = pandoc.Str '\u{a0}' end
    end
  end
  return inlines
end

function Pandoc(doc)
  words = doc.meta.words
  for key, value in pairs(words) do
    if type(value) ~= 'boolean' then words[key] = pandoc.utils.stringify(value) end
  end
  doc.meta.words = nil
  if words.narrow_before or words.fixed_before or words.fixed_after then doc = doc:walk { Inlines = bound } end
  local top = 9
  doc:walk { Header = function(header) top = math.min(top, header.level) end }
  local shift = (html and 2 or 1) - top
  doc = doc:walk { Header = function(header) header.level = header.level + shift; return header end }
  return doc:walk(number):walk(finish)
end
