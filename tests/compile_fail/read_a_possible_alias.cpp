// expect: the result of read() could alias the source: return tensors, or lists of them
// suture cannot see a tensor inside a struct, a shared pointer or a span, which could lead back to the source. In
// tensors, tuples, optionals and standard containers it finds aliases and clones them.
#include <suture/suture.hpp>

#include <tuple>

using namespace suture;

struct Ends {
    at::Tensor first, last;
};

void look(View<Q<768, 12>> q) {
#ifdef SUTURE_BAD
    auto ends = q.read([](const at::Tensor& t) { return Ends{t.select(-2, 0), t.select(-2, -1)}; });
#else
    auto ends = q.read([](const at::Tensor& t) { return std::tuple(t.select(-2, 0), t.select(-2, -1)); });
#endif
}
