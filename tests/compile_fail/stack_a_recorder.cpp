// expect: a recorder keeps many tensors: write latest[3].clone(), or history.of(3)
#include <suture/suture.hpp>

#include <ATen/ops/stack.h>

using namespace suture;

[[maybe_unused]] void use(const History<Q<768, 12>>& history) {
#ifdef SUTURE_BAD
    at::Tensor all = at::stack(history);
#else
    at::Tensor all = history.stack(3);
#endif
}
