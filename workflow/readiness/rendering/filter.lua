-- Quarto's marks in pandoc's terms: callouts, tabsets, floats, cross-references, alt texts.
local html, words = FORMAT:match 'html' ~= nil, {}
local counters, sections, targets, tabsets = { fig = 0, tbl = 0 }, {}, {}, 0

local function raw(text) return pandoc.RawBlock(html and 'html' or 'typst', text) end
local function quoted(text) return '"' .. text:gsub('[\\"]', '\\%0') .. '"' end
local function kind_of(id) return id and id:match '^(%l+)%-' end
local function wrapped(open, blocks, close)
  local list = pandoc.Blocks { raw(open) }
  list:extend(blocks)
  list:insert(raw(close))
  return list
end

local function callout(div, kind)
  local blocks, title = div.content, pandoc.Inlines(words[kind] or kind)
  if div.attributes.title then
    title = pandoc.utils.blocks_to_inlines(pandoc.read(div.attributes.title).blocks)
  elseif blocks[1] and blocks[1].t == 'Header' then
    title = blocks:remove(1).content
  end
  if html then
    blocks:insert(1, pandoc.Div(pandoc.Plain(title), { class = 'callout-title' }))
    return pandoc.Div(blocks, pandoc.Attr(div.identifier, { 'callout', 'callout-' .. kind }, { role = 'note' }))
  end
  local list = wrapped('#callout(' .. quoted(kind) .. ')[', { pandoc.Plain(title) }, '][')
  list:extend(blocks)
  list:insert(raw ']')
  return list
end

local function tabset(div)
  local tabs, blocks = {}, pandoc.Blocks {}
  for _, block in ipairs(div.content) do
    if block.t == 'Header' then
      tabs[#tabs + 1] = { title = block.content, content = pandoc.Blocks {} }
    elseif #tabs > 0 then
      tabs[#tabs].content:insert(block)
    end
  end
  tabsets = tabsets + 1
  for i, tab in ipairs(tabs) do
    local name = 'tabset-' .. tabsets
    if html then
      blocks:insert(raw(('<input type="radio" name="%s" id="%s-%d"%s><label for="%s-%d">'):format(
        name, name, i, i == 1 and ' checked' or '', name, i)))
      blocks:insert(pandoc.Plain(tab.title))
      blocks:insert(raw '</label>')
      blocks:insert(pandoc.Div(tab.content, { class = 'tab' }))
    else
      blocks:extend(wrapped('#tab-title[', { pandoc.Plain(tab.title) }, ']'))
      blocks:extend(tab.content)
    end
  end
  return pandoc.Div(blocks, { class = 'tabset' })
end

local function key_figures(div)
  local blocks = pandoc.Blocks {}
  for _, tile in ipairs(div.content) do blocks:extend(wrapped('[', tile.content or { tile }, '],')) end
  return wrapped('#key-figures(', blocks, ')')
end

local function structure(div)
  local format = div.attributes['when-format']
  if format then
    local here = html == (format:match '^html' ~= nil)
    return here == div.classes:includes 'content-visible' and div.content or {}
  end
  for _, class in ipairs(div.classes) do
    if class:match '^callout%-' then return callout(div, class:sub(9)) end
    if class == 'panel-tabset' then return tabset(div) end
    if class == 'key-figures' and not html then return key_figures(div) end
  end
end

local function float(id, blocks, caption)
  local kind = kind_of(id)
  counters[kind] = counters[kind] + 1
  targets[id] = { words[kind], tostring(counters[kind]) }
  caption:insert(1, pandoc.Span(words[kind] .. '\u{a0}' .. counters[kind] .. words.colon .. ' ', { class = 'caption-label' }))
  return pandoc.Figure(blocks, { long = { pandoc.Plain(caption) } }, pandoc.Attr(id, { kind }))
end

local function numbered(header)
  if header.classes:includes 'unnumbered' or not words.number then return nil end
  sections[header.level] = (sections[header.level] or 0) + 1
  for level = header.level + 1, 9 do sections[level] = nil end
  local parts = {}
  for level = 1, header.level do if sections[level] then parts[#parts + 1] = sections[level] end end
  local number = table.concat(parts, '.')
  targets[header.identifier] = { words.sec, number }
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
    if not counters[kind_of(tab.identifier)] then return nil end
    local id, caption = tab.identifier, pandoc.utils.blocks_to_inlines(tab.caption.long)
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
      target = target or { '?', '?' }
      local text = citation.mode == 'SuppressAuthor' and target[2] or target[1] .. '\u{a0}' .. target[2]
      if i > 1 then inlines:extend { pandoc.Str ',', pandoc.Space() } end
      inlines:extend(citation.prefix)
      if #citation.prefix > 0 then inlines:insert(pandoc.Space()) end
      inlines:insert(pandoc.Link(text, '#' .. citation.id, '', { class = 'quarto-xref' }))
      inlines:extend(citation.suffix)
    end
    return inlines
  end,
  Image = function(image)
    image.attributes.alt = image.attributes['fig-alt'] or image.attributes.alt or pandoc.utils.stringify(image.caption)
    image.attributes['fig-alt'] = nil
    if html then return image end
    local width = image.attributes.width
    return pandoc.RawInline('typst', ('#image(%s, alt: %s%s)'):format(
      quoted(image.src), quoted(image.attributes.alt), width and ', width: ' .. width or ''))
  end,
  Math = function(math)
    if html then return nil end
    return { pandoc.RawInline('typst', '#math-alt(' .. quoted(math.text) .. ')['), math, pandoc.RawInline('typst', ']') }
  end,
  Table = function(tab)
    return html and pandoc.Div(tab, pandoc.Attr('', { 'table-scroll' }, { tabindex = '0' })) or nil
  end,
}

function Pandoc(doc)
  words = doc.meta.words
  for key, value in pairs(words) do words[key] = type(value) == 'boolean' and value or pandoc.utils.stringify(value) end
  doc.meta.words = nil
  doc = doc:walk { Div = structure }
  local top = 9
  doc:walk { Header = function(header) top = math.min(top, header.level) end }
  local shift = (html and 2 or 1) - top
  doc = doc:walk { Header = function(header) header.level = header.level + shift; return header end }
  return doc:walk(number):walk(finish)
end
