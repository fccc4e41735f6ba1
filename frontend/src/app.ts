/** What every page carries: elements that wrap the server's HTML. Without them the page still shows and sends. */
import { JzChoice } from "./elements/choice";
import { JzConfirm } from "./elements/confirm";
import { JzCopy } from "./elements/copy";
import { JzDialog } from "./elements/dialog";
import { JzFiles } from "./elements/files";
import { JzGuard } from "./elements/guard";
import { JzKeys } from "./elements/keys";
import { JzMenu } from "./elements/menu";
import { JzPalette } from "./elements/palette";
import { JzSurvivor } from "./elements/survivor";
import { JzTable } from "./elements/table";
import { JzTilemap } from "./elements/tilemap";
import { JzToasts } from "./elements/toasts";
import { followOpeners } from "./openers";
import { followPointing } from "./pointing";

followOpeners(document);
followPointing(document);

const ELEMENTS: Record<string, CustomElementConstructor> = {
  "jz-choice": JzChoice,
  "jz-confirm": JzConfirm,
  "jz-copy": JzCopy,
  "jz-dialog": JzDialog,
  "jz-files": JzFiles,
  "jz-guard": JzGuard,
  "jz-keys": JzKeys,
  "jz-menu": JzMenu,
  "jz-palette": JzPalette,
  "jz-survivor": JzSurvivor,
  "jz-table": JzTable,
  "jz-tilemap": JzTilemap,
  "jz-toasts": JzToasts,
};

for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
