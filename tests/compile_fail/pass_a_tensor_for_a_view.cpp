// expect: a tensor has no layout: write borrow<Layout>(tensor)
// A function that takes a View takes nothing else: the layout is part of what it asks for.
#include <suture/suture.hpp>

using namespace suture;

double size_of(const View<Q<768, 12>>& q);

double look(const at::Tensor& query) {
#ifdef SUTURE_BAD
    return size_of(query);
#else
    return size_of(borrow<Q<768, 12>>(query));
#endif
}
