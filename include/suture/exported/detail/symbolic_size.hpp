// Sizes that a file gives as expressions of symbols, in the text that SymPy's srepr writes:
// "Mul(Integer(2), Symbol('s72', positive=True, integer=True))".
// Law: what an expression is worth follows from its text and the sizes of its symbols; where it cannot be told, nothing is.
#pragma once

#include "suture/exported/detail/scalar_types.hpp"
#include "suture/tensor/joined.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

namespace suture::detail {

/// An expression of symbols, taken apart.
class SizeExpression {
public:
    explicit SizeExpression(std::string_view text) : text_(text) {
        root_ = read(0);
        if (root_ && at_ != text_.size()) root_.reset();
    }

    /// What it is worth; nothing if a symbol is not bound, the text cannot be read, or the number has more than 64 bits.
    template <class Bound>
    std::optional<std::int64_t> value(const Bound& size_of) const {
        return root_ ? value(*root_, size_of) : std::nullopt;
    }
    /// "2*s72", as people write it; "?" if the text cannot be read.
    std::string shown() const { return root_ ? shown(*root_, false) : "?"; }

private:
    struct Term {
        std::string function;
        std::string name;         ///< of a Symbol
        std::int64_t number = 0;  ///< of an Integer
        std::vector<Term> terms;
    };

    bool skip(std::string_view expected) {
        if (text_.substr(at_, expected.size()) != expected) return false;
        at_ += expected.size();
        return true;
    }
    std::string_view until(std::string_view ends) {
        const std::size_t end = std::min(text_.find_first_of(ends, at_), text_.size());
        const std::string_view found = text_.substr(at_, end - at_);
        at_ = end;
        return found;
    }

    std::optional<Term> read(std::size_t depth) {
        constexpr std::size_t deepest = 64;
        if (depth > deepest) return std::nullopt;
        Term term;
        term.function = until("(,)");
        if (!skip("(")) return std::nullopt;
        if (term.function == "Integer") {
            const std::string_view digits = until(")");
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), term.number);
            if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
        } else if (term.function == "Symbol") {
            if (!skip("'")) return std::nullopt;
            term.name = until("'");
            until(")");  // its assumptions
        } else {
            do {
                auto inner = read(depth + 1);
                if (!inner) return std::nullopt;
                term.terms.push_back(std::move(*inner));
            } while (skip(", "));
        }
        return skip(")") ? std::optional(std::move(term)) : std::nullopt;
    }

    template <class Bound>
    static std::optional<std::int64_t> value(const Term& term, const Bound& size_of) {
        if (term.function == "Integer") return term.number;
        if (term.function == "Symbol") return size_of(term.name);
        std::vector<std::int64_t> numbers;
        for (const Term& inner : term.terms) {
            const auto number = value(inner, size_of);
            if (!number) return std::nullopt;
            numbers.push_back(*number);
        }
        std::int64_t total = term.function == "Mul" ? 1 : 0;
        if (term.function == "Mul" || term.function == "Add") {
            for (const std::int64_t number : numbers)
                if (term.function == "Mul" ? __builtin_mul_overflow(total, number, &total)
                                           : __builtin_add_overflow(total, number, &total))
                    return std::nullopt;
            return total;
        }
        if (numbers.size() != 2 || numbers[0] < 0 || numbers[1] <= 0) return std::nullopt;
        if (term.function == "FloorDiv" || term.function == "CleanDiv") return numbers[0] / numbers[1];
        if (term.function == "Mod" || term.function == "PythonMod") return numbers[0] % numbers[1];
        return std::nullopt;
    }

    static std::string shown(const Term& term, bool is_inside) {
        if (term.function == "Integer") return std::to_string(term.number);
        if (term.function == "Symbol") return term.name;
        const bool is_sum = term.function == "Add", is_product = term.function == "Mul";
        if (!is_sum && !is_product)
            return term.function + "(" + joined(term.terms, ", ", [](const Term& t) { return shown(t, false); }) + ")";
        const std::string text = joined(term.terms, is_sum ? " + " : "*", [](const Term& t) { return shown(t, true); });
        return is_sum && is_inside ? "(" + text + ")" : text;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::optional<Term> root_;
};

/// "s72" of "Symbol('s72', positive=True, integer=True)"; empty for any other expression.
inline std::string symbol_in(const std::string& expression) {
    const std::string begin = "Symbol('";
    if (expression.rfind(begin, 0) != 0) return {};
    const std::size_t end = expression.find('\'', begin.size());
    if (end == expression.npos || expression.find("Symbol(", end) != expression.npos) return {};
    const std::size_t close = expression.find(')', end);
    return close + 1 == expression.size() ? expression.substr(begin.size(), end - begin.size()) : std::string();
}

/// All symbols of an expression, also of one that cannot be read.
inline std::set<std::string> symbols_in(std::string_view expression) {
    constexpr std::string_view begin = "Symbol('";
    std::set<std::string> found;
    for (std::size_t at = expression.find(begin); at != expression.npos; at = expression.find(begin, at)) {
        at += begin.size();
        found.emplace(expression.substr(at, expression.find('\'', at) - at));
    }
    return found;
}

/// A size as people write it: "6", "s72", "2*s72".
inline std::string size_text(const SymbolicSize& size) {
    const auto* expression = std::get_if<std::string>(&size);
    return expression ? SizeExpression(*expression).shown() : std::to_string(std::get<std::int64_t>(size));
}

}  // namespace suture::detail
