// Lists in words, for messages and labels: "Q, K, V".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace suture::detail {

/// The parts with a separator between them; `text` turns a part into text if it is not text already.
///
///     joined(names, ", ")
///     joined(sizes, " x ", [](Index n) { return std::to_string(n); })
template <class Range, class Text = std::identity>
std::string joined(Range&& parts, std::string_view separator, Text text = {}) {
    std::string all;
    bool first = true;
    for (auto&& part : parts) {
        if (!std::exchange(first, false)) all += separator;
        all += std::invoke(text, part);
    }
    return all;
}

}  // namespace suture::detail
