// expect: a list is not a value: write at::tensor({1.0, 2.0})
// A tensor has a dtype; a list does not say which.
#include <ATen/ops/tensor.h>
#include <suture/suture.hpp>

using namespace suture;

#ifdef SUTURE_BAD
auto edit = on<Q>(dims<0, 2>).set({1.0, 2.0});
#else
auto edit = on<Q>(dims<0, 2>).set(at::tensor({1.0, 2.0}));
#endif
