/* Makes a PNG of the figures: the chat does not show SVG, and only this machine is sure to have a Chinese font. */
const button = document.getElementById("picture");

button?.addEventListener("click", async () => {
  button.disabled = true;
  try {
    const image = new Image();
    image.src = button.dataset.picture;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png");
    link.download = button.dataset.name;
    link.click();
  } catch {
    location.assign(button.dataset.picture); // shown as it is: a screenshot does as well
  } finally {
    button.disabled = false;
  }
});
