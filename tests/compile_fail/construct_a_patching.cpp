// expect: a patching is made by a function: write denoising(clean, corrupted)
// The name says what is put into which run.
#include <suture/sweep/sweep.hpp>

using namespace suture;

void use(const at::Tensor& clean, const at::Tensor& corrupted) {
#ifdef SUTURE_BAD
    Patching p(clean, corrupted);
#else
    Patching p = denoising(clean, corrupted);
#endif
}
