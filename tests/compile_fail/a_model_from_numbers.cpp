// expect: a model is made from its configuration: write Decoder model(Gpt2Config{})
// The configuration has more numbers than these.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Decoder model(768, 12, 12);
#else
    Decoder model(Gpt2Config{});
#endif
}
