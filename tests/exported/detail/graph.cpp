#include "suture/exported/detail/graph.hpp"

#include "doctest.hpp"

using suture::detail::ExportedNode;

TEST_CASE("a node is described by its name, its operator, its module and its line of Python") {
    ExportedNode node;
    node.name = "addmm", node.target = "torch.ops.aten.addmm.default";
    CHECK(node.path().empty());
    CHECK(node.text() == "node addmm (torch.ops.aten.addmm.default)");
    node.modules = {{"h.0", 0}, {"h.0.attn.c_attn", 0}};
    node.source = "pytorch_utils.py:118";
    CHECK(node.path() == "h.0.attn.c_attn");
    CHECK(node.text() == "node addmm (torch.ops.aten.addmm.default) of h.0.attn.c_attn, pytorch_utils.py:118");
}
