// What a program pays that asks where the channels of every layout of the catalogue lie.
#include <suture/core.hpp>

#include "laws/layouts.hpp"

#include <tuple>
#include <type_traits>

namespace {
template <class... Layouts>
constexpr suture::Index channels(std::type_identity<std::tuple<Layouts...>>) {
    return (0 + ... + [] {
        suture::Index sum = 0;
        for (const suture::StridedSlice& slice : suture::slices_of<Layouts>) sum += slice.channels();
        return sum;
    }());
}
static_assert(channels(std::type_identity<laws::every_layout>{}) > 0);
}  // namespace
