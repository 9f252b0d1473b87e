// expect: these numbers are not known: write adopt<Layout>(std::move(tensor), extents)
// The width of the tensor does not tell how many heads it has.
#include <suture/suture.hpp>

using namespace suture;

void keep(at::Tensor& query, const Extents<Q<768, dynamic>>& extents) {
#ifdef SUTURE_BAD
    auto mine = adopt<Q<768, dynamic>>(std::move(query));
#else
    auto mine = adopt<Q<768, dynamic>>(std::move(query), extents);
#endif
}
