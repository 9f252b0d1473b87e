// Any bytes as a spilled history: every entry is read or refused.
#include "suture/edit/on.hpp"
#include "suture/record/spill.hpp"

#include "fuzz/bytes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto path = fuzz::file("case.history", fuzz::text(data, size));
    fuzz::refused_or_read([&] {
        const auto history = suture::read_history<suture::Resid<3>>(path);
        for (const auto& entry : history)
            fuzz::refused_or_read([&] { (void)entry.view()[suture::on<suture::Resid>(suture::token(0))].numel(); });
    });
    fuzz::refused_or_read([&] { (void)suture::read_history<suture::AnyLayout>(path); });
    return 0;
}
