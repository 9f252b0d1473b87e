// Tenure: whether an Owned still holds its tensor.
#pragma once

#include <memory>

namespace suture::detail {

/// Tells the places of an Owned whether the Owned still holds its tensor: it ends when the Owned is moved or taken.
class Tenure {
public:
    Tenure() = default;
    Tenure(Tenure&& other) noexcept { other.end(); }
    Tenure& operator=(Tenure&& other) noexcept {
        end();
        other.end();
        return *this;
    }
    /// Expires with the tenure.
    std::weak_ptr<const bool> watch() {
        if (!lasts_) lasts_ = std::make_shared<const bool>(true);
        return lasts_;
    }
    void end() noexcept { lasts_.reset(); }

private:
    std::shared_ptr<const bool> lasts_;
};

}  // namespace suture::detail
