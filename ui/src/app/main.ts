// Start of the page in the real window.

import { makeTauriDoor } from '@/host/tauri';
import { openPage } from './openPage';

void openPage(makeTauriDoor(), '#page');
