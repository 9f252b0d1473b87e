// Sites: places in a model where an activation passes. A site has an identity and a name; what happens there is
// decided by the scopes that are active in the thread, never by the module that holds the site.
#pragma once

#include "suture/core/layout.hpp"
#include "suture/tensor/torch.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

namespace suture {

/// The layout of a site whose layout is said when a hook is added: `hooks.add<Qkv>(site, recipe)`.
struct AnyLayout {};

/// A place in a model. A copy, as in a cloned module, is another place of the same name.
class Site {
public:
    explicit Site(std::string name = "an unnamed site") : id_(next_id()), name_(std::move(name)) {}
    Site(const Site& other) : Site(other.name_) {}
    Site& operator=(const Site& other) {
        name_ = other.name_;
        return *this;
    }
    /// Moving a site moves its hooks; what is left is another place.
    Site(Site&& other) noexcept : id_(std::exchange(other.id_, next_id())), name_(std::move(other.name_)) {}
    Site& operator=(Site&& other) noexcept {
        id_ = std::exchange(other.id_, next_id());
        name_ = std::move(other.name_);
        return *this;
    }

    std::uint64_t id() const { return id_; }
    /// The name that messages and callbacks get: "h.3.attn.c_attn".
    const std::string& name() const { return name_; }
    void rename(std::string name) { name_ = std::move(name); }

private:
    static std::uint64_t next_id() {
        static std::atomic<std::uint64_t> next{1};
        return next.fetch_add(1, std::memory_order_relaxed);
    }
    std::uint64_t id_;
    std::string name_;
};

}  // namespace suture
