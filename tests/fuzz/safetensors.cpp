// Any bytes as a safetensors file: opened or refused. What is read is written and read again, bit for bit.
#include "suture/file/safetensors.hpp"

#include "fuzz/bytes.hpp"

#include <cstring>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto path = fuzz::file("case.safetensors", fuzz::text(data, size));
    fuzz::refused_or_read([&] {
        const auto file = suture::Safetensors::open(path);
        const auto tensors = file.load_all();
        if (tensors.empty()) return;
        for (const auto& [name, tensor] : tensors)
            if (tensor.numel() == 0) return;
        const auto again_path = fuzz::folder() / "again.safetensors";
        suture::save_safetensors(again_path, tensors, file.metadata());
        for (const auto& [name, tensor] : suture::Safetensors::open(again_path).load_all()) {
            const at::Tensor& before = tensors.at(name);
            if (tensor.sizes() != before.sizes() || tensor.scalar_type() != before.scalar_type() ||
                std::memcmp(tensor.data_ptr(), before.data_ptr(), tensor.nbytes()) != 0)
                fuzz::fail("tensor " + name + " changed when it was written and read again");
        }
    });
    return 0;
}
