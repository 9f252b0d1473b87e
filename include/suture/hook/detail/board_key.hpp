// Keys of a Board: how a program names the site whose activation it replaces.
#pragma once

#include "suture/core/where.hpp"
#include "suture/hook/site_ref.hpp"
#include "suture/tensor/error.hpp"

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace suture::detail {

/// A site of a board: its index among the sites that the board is attached to, its path, the site itself, or the
/// model's own number of its layer.
class BoardKey {
public:
    enum class By : unsigned char { index, path, site, layer };

    BoardKey(Integer auto index) : BoardKey(By::index, static_cast<std::uint64_t>(index), {}) {}
    template <class Text>
        requires std::convertible_to<const Text&, std::string_view> BoardKey(const Text& path)
            : BoardKey(By::path, 0, std::string(std::string_view(path))) {}
        template <class L>
        BoardKey(const SiteRef<L>& site) : BoardKey(By::site, site.id(), site.name()) {}
        static BoardKey layer(Index number) { return {By::layer, static_cast<std::uint64_t>(number), {}}; }

        By by() const { return by_; }
        /// Whether it names the index itself.
        bool is_index() const { return by_ == By::index; }
        std::size_t index() const { return number_; }

        /// The path that was given; empty if none was.
        std::string path() const { return by_ == By::path ? path_ : std::string(); }

        /// Whether it means the site of this index, identity and path.
        bool means(std::size_t index, std::uint64_t site, const std::string& path) const {
            switch (by_) {
                case By::index:
                    return number_ == index;
                case By::path:
                    return path_ == path;
                case By::site:
                    return number_ == site;
                default:
                    return is_in_layer(path);
            }
        }
        /// "layer 3" by index, "site h.3.attn.c_attn", "the model's layer 3".
        std::string text() const {
            const std::string number = std::to_string(static_cast<std::int64_t>(number_));
            if (by_ == By::index) return "layer " + number;
            if (by_ == By::layer) return "the model's layer " + number;
            return "site " + path_;
        }
        bool operator==(const BoardKey& other) const { return std::is_eq(*this <=> other); }
        std::strong_ordering operator<=>(const BoardKey& other) const {
            if (const auto order = by_ <=> other.by_; std::is_neq(order)) return order;
            if (const auto order = number_ <=> other.number_; std::is_neq(order)) return order;
            return by_ == By::path ? path_.compare(other.path_) <=> 0 : std::strong_ordering::equal;
        }

    private:
        BoardKey(By by, std::uint64_t number, std::string path) : by_(by), number_(number), path_(std::move(path)) {}
        bool is_in_layer(const std::string& path) const {
            try {
                return layer_in(path) == number_;
            } catch (const HookError&) {
                return false;  // the path has no number, or several
            }
        }

        By by_;
        std::uint64_t number_;
        std::string path_;
};

}  // namespace suture::detail
