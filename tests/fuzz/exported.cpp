// Any bytes as an archive of torch.export: opened or refused. Every record lies within the file, and every tensor within
// its record.
#include "suture/exported/detail/weights.hpp"

#include "fuzz/bytes.hpp"

#include <string_view>

namespace {

using suture::detail::ExportedArchive;

volatile unsigned char seen;  // what is read is needed, so the compiler leaves the reading in

void touch(std::string_view bytes) {
    for (const char byte : bytes) seen = static_cast<unsigned char>(byte);
}

/// The bytes from a tensor's first value to behind its last one.
std::string_view bytes_of(const at::Tensor& tensor) {
    std::int64_t last = 0;
    for (std::int64_t axis = 0; axis < tensor.dim(); ++axis) last += (tensor.size(axis) - 1) * tensor.stride(axis);
    return {static_cast<const char*>(tensor.data_ptr()), static_cast<std::size_t>(last + 1) * tensor.element_size()};
}

void check_tensors(const ExportedArchive& archive, std::size_t file_bytes) {
    for (const auto& [name, tensor] : suture::detail::read_weights(archive)) {
        if (tensor.storage().nbytes() > file_bytes) fuzz::fail("tensor " + name + " has more storage than the file");
        if (tensor.numel() == 0) continue;
        const std::string_view bytes = bytes_of(tensor);
        const char* storage = static_cast<const char*>(tensor.storage().data());
        if (bytes.data() < storage || bytes.data() + bytes.size() > storage + tensor.storage().nbytes())
            fuzz::fail("tensor " + name + " lies outside its storage");
        touch(bytes);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto path = fuzz::file("case.pt2", fuzz::text(data, size));
    fuzz::refused_or_read([&] {
        const ExportedArchive archive(path);
        for (const std::string& record : archive.records())
            fuzz::refused_or_read([&] { touch(archive.bytes(record)); });
        fuzz::refused_or_read([&] { check_tensors(archive, size); });
        suture::detail::record_json(archive, "models/" + suture::detail::model_name(archive) + ".json");
    });
    return 0;
}
