// expect: name a pattern and a key: write attention_to_key(latest[3], 2)
// Without a key there are attention_to_first, attention_to_self and attention_to_previous.
#include <suture/suture.hpp>

using namespace suture;

void use(const Latest<AnyLayout>& latest) {
#ifdef SUTURE_BAD
    at::Tensor a = attention_to_key(latest[3]);
#else
    at::Tensor a = attention_to_key(latest[3], 2);
#endif
}
