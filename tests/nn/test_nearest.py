"""Patches, their bank and their nearest neighbours."""

import torch

from moxie.nn import nearest


def test_the_nearest_patch_is_the_one_brute_force_finds():
    generator = torch.Generator().manual_seed(0)
    queries = torch.rand(70, 12, generator=generator)
    known = torch.rand(90, 12, generator=generator)
    index, error = nearest.nearest(queries, known, chunk=16)
    apart = ((queries[:, None] - known[None]) ** 2).mean(2)
    assert torch.equal(index, apart.argmin(1))
    assert torch.allclose(error, apart.min(1).values, atol=1e-5)


def test_patches_come_row_by_row():
    image = torch.rand(1, 3, 20, 17, generator=torch.Generator().manual_seed(1))
    found = nearest.patches(image, 5)
    assert found.shape == (16 * 13, 75)
    assert torch.equal(found[14], image[0, :, 1:6, 1:6].reshape(-1))
    assert len(nearest.patches(image, 5, stride=3)) == 6 * 5


def test_the_bank_keeps_its_size_whatever_the_number_of_images():
    generator = torch.Generator().manual_seed(2)
    images = [torch.rand(1, 3, 16, 16, generator=generator) for _ in range(8)]
    assert len(nearest.bank(images[:1], 5, 400, generator)) == 400
    assert len(nearest.bank(images, 5, 400, generator)) == 400


def test_every_image_gives_its_share_to_the_bank():
    images = [torch.full((1, 3, 9, 9), float(i)) for i in range(4)]
    drawn = nearest.bank(images, 3, 40, torch.Generator().manual_seed(3))
    assert [int((drawn[:, 0] == i).sum()) for i in range(4)] == [10, 10, 10, 10]
