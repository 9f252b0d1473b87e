// An archive's records, as LibTorch's own reader finds them, and every other file that people name by mistake.
#include "suture/exported/detail/archive.hpp"

#include "exported/archives.hpp"

#include <caffe2/serialize/inline_container.h>

#include <cstring>
#include <string>
#include <tuple>
#include <vector>

using namespace archives;
using suture::detail::model_name;

TEST_CASE("every archive of PyTorch has the records that LibTorch's own reader finds, at the same offsets") {
    for (const std::string& name : pytorch_archives) {
        CAPTURE(name);
        const ExportedArchive archive(written_by_pytorch(name));
        caffe2::serialize::PyTorchStreamReader reader(written_by_pytorch(name).string());
        std::vector<std::string> expected = reader.getAllRecords();
        std::sort(expected.begin(), expected.end());
        CHECK(archive.records() == expected);
        const char* file = archive.bytes("byteorder").data() - reader.getRecordOffset("byteorder");
        for (const std::string& record : expected) {
            const auto [data, size] = reader.getRecord(record);
            const std::string_view bytes = archive.bytes(record);
            CHECK((bytes == std::string_view(static_cast<const char*>(data.get()), size)));
            CHECK(bytes.data() - file == static_cast<std::ptrdiff_t>(reader.getRecordOffset(record)));
        }
        CHECK(model_name(archive) == "model");
    }
}

TEST_CASE("an archive finds its records after the file was renamed, and where there are folders among them") {
    const Folder folder;
    fs::copy_file(written_by_pytorch("own"), folder / "another name.pt2");
    CHECK(ExportedArchive(folder / "another name.pt2").contains("models/model.json"));
    std::vector<ZipEntry> entries{{"m/", ""}, {"m/models/", ""}};
    for (const auto& [name, bytes] : sound_records()) entries.push_back({"m/" + name, bytes});
    const ExportedArchive archive = open_bytes(folder, zip_of(entries));
    CHECK(archive.records().size() == sound_records().size());
    CHECK_FALSE(archive.contains("models/"));
}

TEST_CASE("a record is contained by its exact name") {
    const ExportedArchive archive(written_by_pytorch("own"));
    CHECK(archive.contains("models/model.json"));
    CHECK_FALSE(archive.contains("models/Model.json"));
    CHECK_FALSE(archive.contains("own/models/model.json"));
    CHECK_FALSE(archive.contains(""));
    CHECK(error_of([&] { archive.bytes("models/../byteorder"); }) ==
          "the record \"models/../byteorder\" is missing: download or write the file again");
}

TEST_CASE("storage is the mapped bytes themselves, and lives longer than the archive") {
    c10::Storage storage;
    {
        const ExportedArchive archive(written_by_pytorch("own"));
        storage = archive.storage("data/weights/weight_0");
        CHECK(storage.data() == archive.bytes("data/weights/weight_0").data());
        CHECK(storage.nbytes() == archive.bytes("data/weights/weight_0").size());
        CHECK_FALSE(storage.resizable());
    }
    const ExportedArchive again(written_by_pytorch("own"));
    CHECK(std::memcmp(storage.data(), again.bytes("data/weights/weight_0").data(), storage.nbytes()) == 0);
}

TEST_CASE("a record at an odd offset is copied, and storage is aligned all the same") {
    const Folder folder;
    int copies = 0;
    for (std::string comment; comment.size() < 16; comment += 'x') {
        const Records records = with(sound_records(), "extra/" + comment, "");
        std::vector<ZipEntry> entries;
        for (const auto& [name, bytes] : records) entries.push_back({"m" + comment + "/" + name, bytes});
        const ExportedArchive archive = open_bytes(folder, zip_of(entries, {.alignment = 1}));
        const c10::Storage storage = archive.storage("data/weights/weight_0");
        const std::string_view bytes = archive.bytes("data/weights/weight_0");
        copies += storage.data() != bytes.data();
        CHECK(reinterpret_cast<std::uintptr_t>(storage.data()) % 16 == 0);
        CHECK(std::memcmp(storage.data(), bytes.data(), bytes.size()) == 0);
    }
    CHECK(copies == 15);
}

TEST_CASE("a write to storage never reaches the file or another archive") {
    const Folder folder;
    const std::string file = archive_of(sound_records());
    const ExportedArchive archive = open_bytes(folder, file), other(folder / "some.pt2");
    std::memset(const_cast<void*>(static_cast<const void*>(archive.storage("data/weights/weight_0").data())), 7, 24);
    CHECK(archive.bytes("data/weights/weight_0") == std::string(24, '\7'));
    CHECK(other.bytes("data/weights/weight_0") == std::string_view(sound_records().front().second));
    CHECK(files::bytes_of(folder / "some.pt2") == file);
}

TEST_CASE("a compressed record is refused when it is read") {
    const Folder folder;
    std::vector<ZipEntry> entries;
    for (const auto& [name, bytes] : sound_records()) entries.push_back({"m/" + name, bytes});
    entries[3].method = 8, entries[3].size = 1'000'000;
    const ExportedArchive archive = open_bytes(folder, zip_of(entries));
    CHECK(contains(error_of([&] { archive.bytes("models/model.json"); }),
                   "the record \"models/model.json\" is compressed: pack it without compression (zip -0), or "));
}

TEST_CASE("an archive of one model is read under any name, and of several with their names in the refusal") {
    const Folder folder;
    const auto named = [&](const Records& records) { return model_name(open_bytes(folder, archive_of(records))); };
    const Records none = without(sound_records(), "models/model.json");
    CHECK(named(with(none, "models/gpt.json", "{}")) == "gpt");
    CHECK(error_of([&] { named(with(sound_records(), "models/gpt.json", "{}")); }) ==
          "the archive has 2 models (\"gpt\", \"model\"): save each in a file of its own");
}

TEST_CASE("an archive of a kind that is not known is refused") {
    const Records sound = sound_records();
    CHECK(archive_refusal(archive_of(sound)) == "");
    check_archive_refused(archive_of(with(sound, "byteorder", "big")),
                          {"the byteorder is \"big\", but only \"little\""});
    check_archive_refused(archive_of(with(sound, "archive_version", "1")),
                          {"the archive_version is \"1\", but only \"0\""});
    check_archive_refused(archive_of(with(sound, "archive_format", "pt3")), {"the archive_format is \"pt3\", but"});
    for (const char* record : {"byteorder", "archive_version", "archive_format"})
        check_archive_refused(archive_of(without(sound, record)),
                              {"the record \"" + std::string(record) + "\" is missing"});
}

TEST_CASE("what older versions of PyTorch exported is refused with the lines that write it again") {
    const std::string again = "torch.export.save(torch.export.load(\"old.pt2\"), \"new.pt2\")";
    check_archive_refused(
        zip_of({{"serialized_exported_program.json", "{}"}, {"serialized_state_dict.pt", "x"}, {"version", "8.2"}}),
        {"PyTorch 2.7 or earlier", again});
    check_archive_refused(archive_of(with(sound_records(), "data/weights/model.pt", "a pickle")),
                          {"PyTorch 2.8", again});
    check_archive_refused(archive_of(with(sound_records(), "data/constants/model.pt", "a pickle")),
                          {"PyTorch 2.8", again});
}

TEST_CASE("other archives of PyTorch are told apart, each with its remedy") {
    const std::string exported = "torch.export.save(torch.export.export(model, args), \"model.pt2\")";
    const Records checkpoint{
        {"data.pkl", "a pickle"}, {"byteorder", "little"}, {"data/0", "numbers"}, {"version", "3"}};
    check_archive_refused(archive_of(checkpoint),
                          {"is a checkpoint of torch.save, which has weights and no graph", exported});
    check_archive_refused(archive_of(with(checkpoint, "constants.pkl", "a pickle")),
                          {"is a TorchScript model: open it with script::load(path)"});
    check_archive_refused(archive_of(with(checkpoint, "code/__torch__.py", "")), {"is a TorchScript model"});
    const Records bare = without(sound_records(), "models/model.json");
    check_archive_refused(archive_of(with(bare, "data/aotinductor/model/model.so", "")),
                          {"is a package of AOTInductor", exported});
    check_archive_refused(archive_of(bare), {"has no record models/<name>.json", exported});
    check_archive_refused(archive_of({}), {"is a zip archive without records"});
    check_archive_refused(zip_of({{"models/model.json", "{}"}, {"byteorder", "little"}}),
                          {"is a zip archive, but not of PyTorch: its record \"byteorder\""});
    check_archive_refused(zip_of({{"readme", "text"}}), {"is a zip archive, but not of PyTorch"});
}

TEST_CASE("files that are not archives are told apart, each with its remedy") {
    check_archive_refused(small_image(),
                          {"is a safetensors file, which has weights and no graph: export the model with PyTorch 2.9"});
    check_archive_refused("\x80\2}q\1.", {"is a checkpoint of torch.save"});
    check_archive_refused("version https://git-lfs.github.com/spec/v1\n", {"is a pointer of Git LFS", "git lfs pull"});
    check_archive_refused(
        "\x7F"
        "ELF and so on",
        {"is a compiled library"});
    check_archive_refused("<!DOCTYPE html>\n<html>", {"is not a .pt2 archive: it begins with \"<!DOCTYPE html>\\n\""});
    check_archive_refused("PK", {"cut short: download or write the file again"});
    check_archive_refused("P", {"is not a .pt2 archive"});
    check_archive_refused("", {"is empty: download or write the file again"});
}

TEST_CASE("an archive that is cut short is refused at every length") {
    const Folder folder;
    const std::string file = archive_of(sound_records());
    for (std::size_t length = 0; length < file.size(); ++length)
        CHECK(error_of([&] { open_bytes(folder, file.substr(0, length)); }) != "");
}

TEST_CASE("LibTorch's writer and this reader agree") {
    const Folder folder;
    caffe2::serialize::PyTorchStreamWriter writer((folder / "made.pt2").string());
    for (const auto& [name, bytes] : sound_records()) writer.writeRecord(name, bytes.data(), bytes.size());
    writer.writeEndOfFile();
    const ExportedArchive archive(folder / "made.pt2");
    for (const auto& [name, bytes] : sound_records()) CHECK(archive.bytes(name) == bytes);
}
