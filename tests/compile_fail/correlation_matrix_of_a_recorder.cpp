// expect: the rows of one activation are compared: write correlation_matrix(latest[3])
// A recorder holds the activations of several layers.
#include <suture/suture.hpp>

using namespace suture;

void use(const Latest<Resid<768>>& latest) {
#ifdef SUTURE_BAD
    at::Tensor r = correlation_matrix(latest);
#else
    at::Tensor r = correlation_matrix(latest[3]);
#endif
}
