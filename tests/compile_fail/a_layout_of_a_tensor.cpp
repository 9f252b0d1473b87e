// expect: a layout is a type without values: write borrow<Qkv>(tensor)
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

[[maybe_unused]] void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    Qkv qkv(t);
#else
    auto qkv = borrow<Qkv>(t);
#endif
}
