// expect: a batch row is one whole number: write batch(0), or batches(0, 4)
// Rows given by a tensor are not supported.
#include <suture/suture.hpp>

using namespace suture;

auto ablate(const at::Tensor& rows) {
#ifdef SUTURE_BAD
    return on<Q>(batch(rows)).zero();
#else
    return on<Q>(batch(rows.item<int>())).zero();
#endif
}
