-- Quarto's blocks in pandoc's terms: callouts, tabsets, tiles, parts for one format only.
local html, words, meta, tabsets = FORMAT:match 'html' ~= nil, {}, {}, 0

local function raw(text) return pandoc.RawBlock(html and 'html' or 'typst', text) end
local function quoted(text) return '"' .. text:gsub('[\\"]', '\\%0') .. '"' end
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
    blocks:insert(1, pandoc.Div(pandoc.Plain(title), { class = 'box-title' }))
    return pandoc.Div(blocks, pandoc.Attr(div.identifier, { 'box', 'box-' .. kind }, { role = 'note' }))
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
  for _, tile in ipairs(div.content) do
    local content = tile.content
    local number = content:remove(1)
    blocks:extend(wrapped('tile[', { pandoc.Plain(number.content) }, ']['))
    blocks:extend(content)
    blocks:insert(raw '],')
  end
  return wrapped('#key-figures(', blocks, ')')
end

-- Parts for one format, or for reports of which something holds (`when-meta="simulated"`).
local function conditional(part)
  local format, name = part.attributes['when-format'], part.attributes['when-meta']
  if not format and not name then return nil end
  local here = (not format or html == (format:match '^html' ~= nil)) and (not name or meta[name] == true)
  return here == part.classes:includes 'content-visible' and part.content or {}
end

local function structure(div)
  local part = conditional(div)
  if part then return part end
  for _, class in ipairs(div.classes) do
    if class:match '^callout%-' then return callout(div, class:sub(9)) end
    if class == 'panel-tabset' then return tabset(div) end
    if class == 'key-figures' and not html then return key_figures(div) end
  end
end

function Pandoc(doc)
  words, meta = doc.meta.words, doc.meta
  for key, value in pairs(words) do words[key] = pandoc.utils.stringify(value) end
  return doc:walk { Div = structure, Span = conditional }
end
