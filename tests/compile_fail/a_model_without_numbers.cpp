// expect: a Gpt2 has a width and heads: write Decoder model(config)
// They are part of the type, and check every layer.
#include <suture/gpt2/gpt2.hpp>
#include <suture/suture.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Gpt2 model(Gpt2Config{});
#else
    Decoder model(Gpt2Config{});
#endif
}
