#include "suture/tensor/detail/refused_members.hpp"

#include "suture/tensor/view.hpp"

#include "doctest.hpp"

// What the sentences say is tested with both compilers in tests/compile_fail.

TEST_CASE("the members that PyTorch has and suture lacks answer no where they are probed") {
    using namespace suture;
    constexpr auto refuses = []<class T>(std::type_identity<T>) {
        return !requires(T & x) { x.softmax(-1); }
        &&!requires(T & x) { x.transpose(1, 2); }
        &&!requires(T & x) { x.zero_(); }
        &&!requires(T & x) { x.add_(1); }
        &&!requires(T & x) { x.data_ptr(); }
        &&!requires(T & x) { x.narrow(-1, 0, 2); };
    };
    CHECK(refuses(std::type_identity<View<Q<4>>>{}));
    CHECK(refuses(std::type_identity<Owned<Q<4>>>{}));
    CHECK(refuses(std::type_identity<Piece<Q<4>>>{}));
    CHECK(refuses(std::type_identity<Region<Q<4>>>{}));
}

TEST_CASE("the refusals take no room") {
    CHECK(std::is_empty_v<suture::detail::RefusedReads>);
    CHECK(std::is_empty_v<suture::detail::ViewWriters>);
    CHECK(std::is_empty_v<suture::detail::OwnedWriters>);
}
