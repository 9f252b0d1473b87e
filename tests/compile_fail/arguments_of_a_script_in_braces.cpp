// expect: arguments are given one by one: write model(ids, mask), or model.run(list)
#include <suture/script/script.hpp>

using namespace suture;

[[maybe_unused]] void use(const Script& model, const at::Tensor& ids) {
#ifdef SUTURE_BAD
    auto y = model.forward({ids});
#else
    auto y = model.forward(ids);
#endif
}
