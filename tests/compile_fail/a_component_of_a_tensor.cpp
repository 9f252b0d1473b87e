// expect: a component is a type without values: write borrow<Q<768, 12>>(tensor)
#include <suture/suture.hpp>

using namespace suture;

[[maybe_unused]] void use(const at::Tensor& t) {
#ifdef SUTURE_BAD
    Q<768, 12> q{t};
#else
    auto q = borrow<Q<768, 12>>(t);
#endif
}
