// expect: patching takes the prompts of both runs: write denoising(clean, corrupted)
// What is put in comes from one run, and goes into the other.
#include <suture/suture.hpp>
#include <suture/sweep/sweep.hpp>

using namespace suture;

auto put_in(const at::Tensor& clean, const at::Tensor& corrupted) {
#ifdef SUTURE_BAD
    return denoising(clean);
#else
    return denoising(clean, corrupted);
#endif
}
