-- Numbers of sections, figures and tables; references to them; texts for who cannot see a picture.
local html, words = FORMAT:match 'html' ~= nil, {}
local counters, sections, targets = { fig = 0, tbl = 0 }, {}, {}

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
local function float(id, blocks, caption)
  local kind = kind_of(id)
  local anchor = (kind == 'fig' and 'figure' or 'table') .. id:sub(4)
  counters[kind] = counters[kind] + 1
  local number = tostring(counters[kind])
  targets[id] = { said(kind, number), number, anchor }
  local label = with(words.label, 'label', said(kind, number)) .. ' '
  caption:insert(1, pandoc.Span(pandoc.Strong(label), { class = 'caption-label' }))
  local open, middle, close = '<figure id="' .. anchor .. '" class="' .. kind .. '">', '<figcaption>', '</figcaption>\n</figure>'
  local first, second = blocks, { pandoc.Plain(caption) }
  if not html then
    open = '#figure(kind: ' .. (kind == 'fig' and 'image' or 'table') .. ', caption: ['
    middle, close = '])[', '] <' .. anchor .. '>'
    first, second = second, first
  end
  local format, list = html and 'html' or 'typst', pandoc.Blocks {}
  list:insert(pandoc.RawBlock(format, open))
  list:extend(first)
  list:insert(pandoc.RawBlock(format, middle))
  list:extend(second)
  list:insert(pandoc.RawBlock(format, close))
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
    return float(id, { tab }, caption)
  end,
  Div = function(div)
    if not counters[kind_of(div.identifier)] then return nil end
    local caption = div.content:remove(#div.content)
    return float(div.identifier, div.content, caption and caption.content or pandoc.Inlines {})
  end,
}

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
    return html and pandoc.Div(tab, pandoc.Attr('', { 'table-scroll' }, { tabindex = '0' })) or nil
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
  for key, value in pairs(words) do words[key] = type(value) == 'boolean' and value or pandoc.utils.stringify(value) end
  doc.meta.words = nil
  if words.narrow_before or words.fixed_before or words.fixed_after then doc = doc:walk { Inlines = bound } end
  local top = 9
  doc:walk { Header = function(header) top = math.min(top, header.level) end }
  local shift = (html and 2 or 1) - top
  doc = doc:walk { Header = function(header) header.level = header.level + shift; return header end }
  return doc:walk(number):walk(finish)
end
